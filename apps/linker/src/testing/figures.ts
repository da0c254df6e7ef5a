import type { FiguresInForce } from '@kinledger/decisions';

/** What figures are computed by, for specs that compute none. */
export const figuresInForce: FiguresInForce = {
  figures: [{ figure: 'reach@1', digest: '1'.repeat(64) }],
  disclosure: 'nhs-2018@1',
  readModels: '0123456789abcdef',
};
