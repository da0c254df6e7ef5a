import { fileURLToPath } from 'node:url';
import type { PagesOfService } from '@kinledger/page-kit';

/** What all pages of ingest share. */
export const ingestPages: PagesOfService = {
  serviceName: 'Intake',
  sections: [
    { href: '/files', text: 'Files' },
    { href: '/returns', text: 'Returns' },
    { href: '/datasets', text: 'Datasets' },
    { href: '/families', text: 'For families' },
  ],
  views: fileURLToPath(new URL('../../views', import.meta.url)),
  footer:
    'These pages count rows and show none. An error report holds values of rows: keep it as safe as the file itself.',
  headings: { 503: 'Intake is not ready' },
  forms: ['/files/checked/:id/submit', '/returns/nil'],
  signInLinks: false,
};
