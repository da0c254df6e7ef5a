import { z } from 'zod';
import { columnNames, countMembers, coverages, reachByDeprivation, reachColumns } from '@kinledger/figures';

const count = z.int().nonnegative().nullable().describe('Null: suppressed.');

export const coverage = z
  .enum(coverages)
  .describe(
    'What stands behind the counts. They are null, not 0, unless files of attendance were received for the period or rows came in another period’s file.',
  );

export const suppressed = z
  .array(z.string())
  .describe(
    'Counts that are null because disclosure control suppresses them: small ones, and in a published quarter also those that would give small ones away. Others are unknown.',
  );

export const disclosure = z
  .string()
  .describe(
    '"none" for the programme’s own people; for readers the rule by which counts are suppressed and rounded: of a quarter the one that it was published by. Several quarters may have several rules, with a comma between them.',
  );

const figure = z.object({ coverage, suppressed, ...countMembers(reachColumns, columnNames(reachColumns)) });
export type FigureAnswer = z.infer<typeof figure>;

const serviceFigure = figure.extend({
  service: z.string(),
  name: z.string(),
  individualBeneficiaries: z.boolean().describe('False for a service that reports activity, not people.'),
});
export type ServiceAnswer = z.infer<typeof serviceFigure>;

const excess = z
  .int()
  .nullable()
  .describe('Sum over services less the programme’s figure; null where one of these is suppressed.');

export const behindSince = z.iso
  .datetime()
  .nullable()
  .describe(
    'Since when the figures are not known to hold all of the ledger: the projector stands still, cannot reach the ledger, or has fallen behind. Null while they hold it.',
  );

/** The response of `GET /v1/figures/reach`. */
export const reachAnswer = z.object({
  programme: z.string(),
  period: z.string().describe('Canonical code, or "lifetime".'),
  label: z.string(),
  position: z.int().describe('Ledger position that the figures stand at.'),
  disclosure,
  behindSince,
  reach: figure,
  strands: z.array(figure.extend({ strand: z.string(), name: z.string(), services: z.array(serviceFigure) })),
  otherServices: z.array(serviceFigure),
  doubleCountingRemoved: z.object({ children: excess, adults: excess, families: excess }),
  byDeprivation: z.array(
    z.object({
      decile: z.int().min(1).max(10).nullable().describe(reachByDeprivation.dimensions.decile.meaning),
      children: count,
      adults: count,
      families: count,
    }),
  ),
});
export type ReachAnswer = z.infer<typeof reachAnswer>;

/** The columns of the series by quarter. */
export const quarterColumns = [
  ...(['children', 'adults', 'families', 'individuals'] as const),
  ...(['unlinkable', 'referred', 'indistinct', 'upperBound'] as const),
] as const;

/** The response of `GET /v1/figures/reach-by-quarter`. */
export const quartersAnswer = z.object({
  programme: z.string(),
  scope: z.string(),
  position: z.int(),
  disclosure,
  behindSince,
  quarters: z.array(
    z.object({
      period: z.string(),
      label: z.string(),
      coverage,
      suppressed,
      ...countMembers(reachColumns, quarterColumns),
    }),
  ),
});
export type QuartersAnswer = z.infer<typeof quartersAnswer>;
