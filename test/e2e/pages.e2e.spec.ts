import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from './browser.js';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';

const executablePath = findBrowser();
const platform = new RunningPlatform();
const work = mkdtempSync(join(tmpdir(), 'kinledger-pages-'));

interface Quarters {
  readonly quarters: readonly {
    readonly period: string;
    readonly children: number;
    readonly adults: number;
  }[];
}

let browser: Browser;
let page: Page;
const problems: string[] = [];
const text = (selector: string) => page.locator(selector).allInnerTexts();

// Skipped where no browser is: the run names what it left out.
describe.skipIf(executablePath === undefined)('pages in a browser (needs a Chromium on the path)', () => {
  beforeAll(async () => {
    await platform.start('pages');
    const folder = join(work, 'files');
    const args = ['generate', '--out', folder, '--people', '300', '--quarters', '2', '--seed', 'pages'];
    const { files } = await platform.installation.json<{ files: ProgrammeFile[] }>(...args);
    for (const file of files.filter(({ dataset }) => /^(natural-thinkers|baby-steps)\./.test(dataset))) {
      const { id } = await platform.submit(folder, file);
      await platform.until(id, 'linked');
    }
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    // Without JavaScript: everything has to be there as it comes from the server.
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1100, height: 900 },
    });
    page = await context.newPage();
    await page.goto(await platform.signInLink());
    expect(page.url()).toMatch(/\/reach$/);
    page.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
    });
    page.on('requestfailed', (request) => {
      // The next page was opened before all of this one was there.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(`failed ${request.url()}`);
    });
  });
  afterAll(async () => {
    await (browser as Browser | undefined)?.close();
    await platform.stop();
    rmSync(work, { recursive: true, force: true });
  });

  const open = (path: string) => page.goto(`${platform.reports}${path}`);

  it('shows the figures that the API gives, as numbers and as a table beside the chart', async () => {
    await open('/');
    expect(page.url()).toMatch(/\/reach$/);
    const { quarters } = await platform.read<Quarters>('/v1/figures/reach-by-quarter');
    const table = page.getByRole('table', { name: /Reach by quarter/ });
    const rows = (await table.getByRole('row').allInnerTexts()).slice(1);
    expect(rows).toHaveLength(quarters.length);
    rows.forEach((row, index) => {
      const { children, adults } = quarters[index]!;
      const shown = row.split(/\s+/).map((cell) => cell.replaceAll(',', ''));
      expect(shown).toEqual(expect.arrayContaining([String(children), String(adults)]));
    });
    expect(await page.locator('svg.kl-chart').getAttribute('role')).toBe('img');
    expect(await page.locator('.kl-figure__number').first().innerText()).toBe(
      quarters.at(-1)!.children.toLocaleString('en-GB'),
    );
  });

  it('answers another period and another service when its form is sent', async () => {
    await open('/reach');
    await page.getByLabel('Period').selectOption({ index: 0 });
    await page.getByLabel('Chart by quarter for').selectOption('service:natural-thinkers');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(page.url()).toContain('scope=service%3Anatural-thinkers');
    expect((await text('h2')).join(' ')).toContain('Natural Thinkers');
  });

  it('leads from the submissions to what became of one file’s rows', async () => {
    await open('/submissions');
    await page.getByRole('link', { name: 'natural-thinkers.user' }).first().click();
    expect((await text('h2')).join(' ')).toContain('Rows after linkage');
    expect((await text('.govuk-summary-list')).join(' ')).toContain('Linked');
    await page.getByRole('link', { name: 'All submissions' }).click();
    expect(page.url()).toMatch(/\/submissions$/);
  });

  it('can be used by keyboard and read aloud: language, landmarks, one main heading, named controls and tables', async () => {
    for (const path of ['/reach', '/submissions']) {
      await open(path);
      expect(await page.locator('html').getAttribute('lang')).toBe('en-GB');
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('main#main-content').count()).toBe(1);
      await page.keyboard.press('Tab');
      expect(await page.locator('a.govuk-skip-link:focus').count()).toBe(1);
      expect(await page.locator('table:not(:has(caption))').count()).toBe(0);
      expect(await page.locator('th:not([scope])').count()).toBe(0);
      for (const control of await page.locator('select, input').all()) {
        const id = (await control.getAttribute('id')) ?? '';
        expect(await page.locator(`label[for="${id}"]`).count()).toBe(1);
      }
    }
  });

  it('has room for its tables, on a desk and on a phone', async () => {
    for (const width of [1100, 380]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of ['/reach', '/submissions']) {
        await open(path);
        const root = 'document.documentElement';
        const overflow = await page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
        expect({ path, width, overflow }).toEqual({ path, width, overflow: 0 });
      }
    }
    await page.setViewportSize({ width: 1100, height: 900 });
    await open('/submissions');
    const region = `document.querySelector('.kl-wide')`;
    expect(await page.evaluate<number>(`${region}.scrollWidth - ${region}.clientWidth`)).toBe(0);
  });

  it('has people sign in: with the token of an account, and out again', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const other = await context.newPage();
      await other.goto(`${platform.reports}/submissions`);
      expect(await other.locator('h1').innerText()).toBe('Sign in');
      await other.getByLabel('Token of your account').fill('a guess');
      await other.getByRole('button', { name: 'Sign in' }).click();
      expect(await other.getByRole('alert').innerText()).toContain('this one is not');
      await other.getByLabel('Token of your account').fill(platform.connected.tokens.reader);
      await other.getByRole('button', { name: 'Sign in' }).click();
      expect(other.url()).toMatch(/\/submissions$/);
      await other.getByRole('link', { name: 'Sign in or out' }).click();
      await other.getByRole('button', { name: 'Sign out' }).click();
      await other.goto(`${platform.reports}/submissions`);
      expect(await other.locator('h1').innerText()).toBe('Sign in');
    } finally {
      await context.close();
    }
  });

  it('loads everything from itself', () => {
    expect(problems).toEqual([]);
  });

  it('says on a page that there is nothing at an address', async () => {
    const answer = await open('/submissions/00000000000000000000000000000000');
    expect(answer?.status()).toBe(404);
    expect((await text('h1')).join(' ')).not.toBe('');
  });
});
