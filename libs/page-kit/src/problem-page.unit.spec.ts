import { describe, expect, it } from 'vitest';
import type { PagesOfService } from './pages.js';
import { wantsPage } from './problem-page.js';

const pages: PagesOfService = {
  serviceName: 'Reports',
  sections: [
    { href: '/reach', text: 'Reach' },
    { href: '/submissions', text: 'Submissions' },
  ],
  views: 'views',
  footer: '',
  signInLinks: true,
};

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

describe('a problem', () => {
  it.each([
    ['/nothing', browser, true],
    ['/v1/nothing', browser, true],
    ['/reach?period=soon', browser, true],
    ['/nothing', undefined, false],
    ['/nothing', '*/*', false],
    ['/v1/figures/reach', 'application/json', false],
    ['/v1/figures/reach', 'application/json, text/html;q=0.5', false],
    ['/v1/figures/reach', 'text/html;q=0.5, application/json;q=0.9', false],
    ['/nothing', 'text/html;q=0', false],
    ['/reach', undefined, true],
    ['/reach', '*/*', true],
    ['/reach/table.csv', '*/*', true],
    ['/submissions/1', '*/*', true],
    ['/', '*/*', true],
    ['/?a=b', '*/*', true],
    ['/sign-in', '*/*', true],
    ['/sign-in/used', '*/*', true],
    ['/sign-out', '*/*', true],
    ['/signs', '*/*', false],
    ['/reach', 'application/json', false],
    ['/reachable', '*/*', false],
    ['/reach', 'image/png', false],
  ])('at %s for a caller that accepts %s is shown as a page: %s', (path, accept, expected) => {
    expect(wantsPage(pages, path, accept)).toBe(expected);
  });
});
