import { fileURLToPath } from 'node:url';
import type { PagesOfService } from '@kinledger/page-kit';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the projector's pages have in common. */
export const projectorPages: PagesOfService = {
  serviceName: 'Ledger',
  sections: [
    { href: '/quarters', text: 'Closed quarters' },
    { href: '/reviews', text: 'Reviews' },
    { href: '/explanations', text: 'Explanations' },
    { href: '/looks', text: 'Who looked' },
  ],
  views: here('../../views'),
  assets: { folder: here('../../assets'), styles: ['ledger.css'] },
  footer:
    'Pseudonymous data: nothing here names a person. What is told of one individual is noted, with who asked and why.',
  headings: { 400: 'That does not fit', 409: 'Not now', 503: 'The ledger is not ready' },
  forms: [
    ...['/explanations', '/quarters/:period/reproductions', '/quarters/:period/comparisons'],
    ...['/reviews/looks', '/reviews/answers', '/reviews/undoings'],
  ],
  signInLinks: true,
};
