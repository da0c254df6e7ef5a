import { code, datasetId } from '@kinledger/contracts';
import { z } from 'zod';

/** The code of an outcome, as in LEAP’s theory of change: 1.2.2. */
const outcomeCode = z
  .string()
  .regex(/^[1-9]\d?(\.[1-9]\d?){1,4}$/, 'expected a code such as 1.2.2')
  .max(20);

export const outcome = z.strictObject({ code: outcomeCode, name: z.string().min(1).max(300) });

export const outcomeDomain = z.strictObject({
  code: z.string().regex(/^[1-9]\d?$/, 'expected a number such as 1'),
  name: z.string().min(1).max(200),
  outcomes: z.array(outcome).min(1),
});

/** A measure: which scores or answers of a dataset tell of an outcome. */
export const measure = z.strictObject({
  id: code,
  name: z.string().min(1).max(200),
  outcome: outcomeCode,
  term: z.enum(['medium', 'long']).describe('A medium-term or a long-term outcome.'),
  dataset: datasetId,
  of: z.union([
    z.strictObject({ instrument: code, measure: code }).describe('Scores of an outcome dataset.'),
    z.strictObject({ question: code }).describe('Ratings of a feedback dataset.'),
  ]),
  better: z.enum(['higher', 'lower']).describe('Which way is an improvement.'),
});
export type Measure = z.infer<typeof measure>;

/** Domains with their coded outcomes, and the shared measurement system: what is measured for each. */
export const theoryOfChange = z.strictObject({
  domains: z.array(outcomeDomain).min(1),
  measures: z.array(measure),
});
export type TheoryOfChange = z.infer<typeof theoryOfChange>;
