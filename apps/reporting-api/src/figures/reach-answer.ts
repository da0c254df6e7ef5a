import { z } from 'zod';

const count = z.int().nonnegative();

const figure = z.object({
  children: count.describe('Individuals who attended as children.'),
  adults: count.describe('Individuals who attended as adults; not as practitioners or volunteers.'),
  families: count.describe('Reporting families; a person in none counts as a family of one.'),
  individuals: count.describe('Distinct individuals among children and adults.'),
  childrenThroughCarerOnly: count.describe(
    'Children not reached themselves whose carer was. Not part of children.',
  ),
  workforce: count.describe('Individuals who attended as practitioners or volunteers. Not part of reach.'),
  unlinkable: count.describe('Qualifying rows of children and adults without a usable identifier.'),
  referred: count.describe('Qualifying rows of children and adults that wait for review.'),
  indistinct: count.describe(
    'People more that the individuals’ rows could be, where only an email or a mobile, which people share, joins them.',
  ),
  upperBound: count.describe(
    'individuals + unlinkable + referred + indistinct. It leaves out anonymous and byBirthDateAlone.',
  ),
  anonymous: count.describe('Qualifying rows that name nobody; each may stand for a group.'),
  byBirthDateAlone: count.describe(
    'Of the individuals, those without an NHS number whom a shared identifier and a birth date tell from others: twins may count as one.',
  ),
});

const serviceFigure = figure.extend({
  service: z.string(),
  name: z.string(),
  individualBeneficiaries: z.boolean().describe('False for a service that reports activity, not people.'),
});

const excess = z.int().describe('Sum over services less the programme’s figure.');

/** The answer of `GET /v1/figures/reach`. */
export const reachAnswer = z.object({
  programme: z.string(),
  period: z.string().describe('Canonical code, or "lifetime".'),
  label: z.string(),
  position: z.int().describe('Ledger position that the figures stand at.'),
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

export const quartersAnswer = z.object({
  programme: z.string(),
  scope: z.string(),
  position: z.int(),
  quarters: z.array(
    z.object({
      period: z.string(),
      label: z.string(),
      children: count,
      adults: count,
      families: count,
      individuals: count,
      unlinkable: count,
    }),
  ),
});
export type QuartersAnswer = z.infer<typeof quartersAnswer>;
