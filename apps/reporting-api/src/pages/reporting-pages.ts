import { fileURLToPath } from 'node:url';
import type { PagesOfService } from '@kinledger/page-kit';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the reporting API's pages have in common. */
export const reportingPages: PagesOfService = {
  serviceName: 'Reports',
  sections: [
    { href: '/reach', text: 'Reach' },
    { href: '/reports', text: 'Reports' },
    { href: '/submissions', text: 'Submissions' },
    { href: '/datasets', text: 'Datasets' },
    { href: '/data-quality', text: 'Data quality' },
    { href: '/releases', text: 'Releases' },
  ],
  views: here('../../views'),
  assets: { folder: here('../../assets'), styles: ['reports.css'] },
  footer:
    'Pseudonymous data: no figure here names a person. The programme’s own team sees small numbers as they are; do not publish them.',
  headings: { 503: 'The figures are being prepared' },
  forms: ['/reports/services/:service/meeting/actions', '/reports/services/:service/meeting/actions/:id'],
  signInLinks: true,
};
