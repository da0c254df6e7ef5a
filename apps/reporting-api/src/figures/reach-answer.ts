import { z } from 'zod';
import { coverages } from './coverage.js';

const count = z.int().nonnegative();
/** Null where no file stands behind it. */
const figureCount = count.nullable();

const coverage = z
  .enum(coverages)
  .describe(
    'What stands behind the counts. They are null, not 0, unless files of attendance were received for the period or rows came in another period’s file.',
  );

const figure = z.object({
  coverage,
  children: figureCount.describe('Individuals who attended as children.'),
  adults: figureCount.describe('Individuals who attended as adults; not as practitioners or volunteers.'),
  families: figureCount.describe('Reporting families; a person in none counts as a family of one.'),
  individuals: figureCount.describe('Distinct individuals among children and adults.'),
  childrenThroughCarerOnly: figureCount.describe(
    'Children not reached themselves whose carer was. Not part of children.',
  ),
  workforce: figureCount.describe(
    'Individuals who attended as practitioners or volunteers. Not part of reach.',
  ),
  unlinkable: figureCount.describe('Qualifying rows of children and adults without a usable identifier.'),
  referred: figureCount.describe('Qualifying rows of children and adults that wait for review.'),
  indistinct: figureCount.describe(
    'People more that the individuals’ rows could be, where only an email or a mobile, which people share, joins them.',
  ),
  upperBound: figureCount.describe(
    'individuals + unlinkable + referred + indistinct. It leaves out anonymous and byBirthDateAlone.',
  ),
  anonymous: figureCount.describe('Qualifying rows that name nobody; each may stand for a group.'),
  byBirthDateAlone: figureCount.describe(
    'Of the individuals, those without an NHS number whom a shared identifier and a birth date tell from others: twins may count as one.',
  ),
});
export type FigureAnswer = z.infer<typeof figure>;

const serviceFigure = figure.extend({
  service: z.string(),
  name: z.string(),
  individualBeneficiaries: z.boolean().describe('False for a service that reports activity, not people.'),
});
export type ServiceAnswer = z.infer<typeof serviceFigure>;

const excess = z.int().describe('Sum over services less the programme’s figure.');

const behindSince = z.iso
  .datetime()
  .nullable()
  .describe(
    'Since when the figures are not known to hold all of the ledger: the projector stands still, cannot reach the ledger, or has fallen behind. Null while they hold it.',
  );

/** The answer of `GET /v1/figures/reach`. */
export const reachAnswer = z.object({
  programme: z.string(),
  period: z.string().describe('Canonical code, or "lifetime".'),
  label: z.string(),
  position: z.int().describe('Ledger position that the figures stand at.'),
  behindSince,
  reach: figure,
  strands: z.array(figure.extend({ strand: z.string(), name: z.string(), services: z.array(serviceFigure) })),
  otherServices: z.array(serviceFigure),
  doubleCountingRemoved: z.object({ children: excess, adults: excess, families: excess }),
  byDeprivation: z.array(
    z.object({
      decile: z
        .int()
        .min(1)
        .max(10)
        .nullable()
        .describe('1 is the most deprived tenth; null: residence unknown.'),
      children: count,
      adults: count,
      families: count,
    }),
  ),
});
export type ReachAnswer = z.infer<typeof reachAnswer>;

/** The answer of `GET /v1/figures/reach-by-quarter`. */
export const quartersAnswer = z.object({
  programme: z.string(),
  scope: z.string(),
  position: z.int(),
  behindSince,
  quarters: z.array(
    z.object({
      period: z.string(),
      label: z.string(),
      coverage,
      children: figureCount,
      adults: figureCount,
      families: figureCount,
      individuals: figureCount,
      unlinkable: figureCount,
      referred: figureCount,
      indistinct: figureCount,
      upperBound: figureCount,
    }),
  ),
});
export type QuartersAnswer = z.infer<typeof quartersAnswer>;
