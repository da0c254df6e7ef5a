import { code, datasetId, isoDate } from '@kinledger/contracts';
import { z } from 'zod';
import { lsoaCode } from './lsoa-code.js';

/** Of whom the programme could have reached how many: the denominator of a share. */
export const population = z.strictObject({
  id: code,
  name: z.string().min(1).max(120),
  of: z.enum(['children', 'adults', 'families']),
  agedUnder: z.int().min(1).max(120).exactOptional().describe('Whole years on the reference date.'),
  on: isoDate.describe('The reference date.'),
  source: z.union([
    z
      .strictObject({ dataset: datasetId })
      .describe('Counted in an administrative source that also covers those who use no service.'),
    z
      .strictObject({
        edition: z.string().min(1).max(120).describe('Publication and date, as a figure has to state it.'),
        rows: z.array(z.strictObject({ lsoa: lsoaCode, count: z.int().nonnegative() })).min(1),
      })
      .describe('A supplied table. It is part of the definition, so that its digest covers it.'),
  ]),
});
export type Population = z.infer<typeof population>;
