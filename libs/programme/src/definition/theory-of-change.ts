import { attributeName, code, datasetId } from '@kinledger/contracts';
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

const days = z.int().min(1).max(3660);
const occasions = z.array(code).min(1).max(30);

/** Which scores of a person make a pair of a first and a last one. */
export const pairing = z.strictObject({
  minimumDays: days
    .exactOptional()
    .describe('A last score is at least so many days after the first. Absent: 28.'),
  windowDays: days.exactOptional().describe('And at most so many. Absent: 365.'),
  first: occasions
    .exactOptional()
    .describe(
      'Occasions whose score begins an episode of a person in a service. Absent: the earliest score of a person in the service does, and there is one episode.',
    ),
  last: occasions.exactOptional().describe('Occasions whose score may be a last one. Absent: any.'),
  informant: attributeName
    .exactOptional()
    .describe(
      'Attribute that says who answered: both scores of a pair are the same one’s. Absent: nothing says it.',
    ),
});
export type Pairing = z.infer<typeof pairing>;

const threshold = {
  atLeast: z.number().exactOptional(),
  below: z.number().exactOptional(),
};

/** From which scores on an outcome is achieved. */
export const achieved = z.strictObject({
  ...threshold,
  byOccasion: z
    .record(code, z.strictObject(threshold))
    .exactOptional()
    .describe('Instead, for scores of these occasions.'),
});

/** An outcome of children whose association with the services used is told. */
export const impactOutcome = z.strictObject({
  id: code,
  name: z.string().min(1).max(200),
  measures: z
    .array(code)
    .min(1)
    .max(30)
    .describe(
      'Measures with `achieved`, of one dataset: the outcome is achieved where each of them is, on one day.',
    ),
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
  achieved: achieved.exactOptional().describe('From which scores on it is achieved, for collective impact.'),
  pairing: pairing.exactOptional().describe('What differs for this measure. Absent: as for all measures.'),
});
export type Measure = z.infer<typeof measure>;

/** Domains with their coded outcomes, and the shared measurement system: what is measured for each. */
export const theoryOfChange = z.strictObject({
  domains: z.array(outcomeDomain).min(1),
  measures: z.array(measure),
  collectiveImpact: z
    .array(impactOutcome)
    .min(1)
    .max(50)
    .exactOptional()
    .describe('Outcomes of collective impact. Absent: none.'),
  pairing: pairing
    .exactOptional()
    .describe('How first and last scores are paired. Absent: by the defaults of each member.'),
});
export type TheoryOfChange = z.infer<typeof theoryOfChange>;
