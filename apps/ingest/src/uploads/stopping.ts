import { Problem } from '@kinledger/service-kit';

/** The service stops before the rest of the file can arrive. Another one takes its place. */
export const stopping = (): Problem =>
  new Problem(503, 'stopping', {
    detail: 'The service is being replaced. Nothing of the file was kept: send it again in a moment.',
    headers: { 'retry-after': '5' },
    declined: true,
  });

export const busy = () =>
  new Problem(503, 'busy', {
    detail: 'Other files are being received. Try again in a minute.',
    headers: { 'retry-after': '60' },
    declined: true,
  });
