import { z } from 'zod';
import { contentHash, datasetId, periodCode, programmeId, revision } from '../identifiers.js';

/** A financial quarter: the only kind of period that is closed. */
export const quarterCode = z
  .string()
  .regex(/^\d{4}-\d{2}-Q[1-4]$/, 'expected a financial quarter such as 2023-24-Q2')
  .describe('The financial quarter.')
  .brand<'PeriodCode'>();

/** A dataset and period for which somebody stated that there is nothing to report. */
export const nilReturnStated = z.object({ dataset: datasetId, period: periodCode });
export type NilReturnStated = z.infer<typeof nilReturnStated>;

/** The nil returns that stand for periods that end in a quarter. */
export const nilReturnsStated = z
  .array(nilReturnStated)
  .max(1000)
  .describe(
    'Datasets and periods that end in the quarter for which a nil return stands, so that no file is missing; by dataset and period.',
  );

/** Name and version of a figure, such as `reach@1`. */
export const figureName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*@[1-9][0-9]*$/, 'expected a figure and its version, such as reach@1')
  .max(80);

/** A figure that a quarter is closed with. */
export const figureInForce = z.object({
  figure: figureName,
  digest: contentHash.describe('SHA-256 of the canonical JSON of its parameters, columns and query.'),
});
export type FigureInForce = z.infer<typeof figureInForce>;

/** All that the figures of a closed quarter depend on, beside the events up to its position. */
export const quarterVersions = z.object({
  definition: contentHash.describe('The programme definition in force, as ProgrammeDefined names it.'),
  strategy: contentHash.describe('The strategy in force, as StrategyAdopted names it.'),
  authority: contentHash.describe('SHA-256 of the canonical JSON of the definition’s authority order.'),
  area: z
    .object({
      boundaryYear: z.int().describe('Year of the boundaries of its LSOAs.'),
      digest: contentHash.describe('SHA-256 of the canonical JSON of the definition’s area.'),
    })
    .describe('The area, by which deprivation is counted.'),
  postcodes: z
    .string()
    .max(80)
    .exactOptional()
    .describe('Edition of the postcode file, where the definition names one.'),
  disclosure: figureName.describe('Profile of the disclosure control of the published form.'),
  figures: z.array(figureInForce).min(1).max(200),
  readModels: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('Version of the tables that they are computed from.'),
});
export type QuarterVersions = z.infer<typeof quarterVersions>;

const value = z.union([z.string(), z.int(), z.null()]);

/** The answer of one figure: names of columns, and rows of as many values. */
export const figureTable = z.object({
  figure: figureName,
  columns: z.array(z.string()).min(1).describe('Scope first, then dimensions, then counts.'),
  rows: z
    .array(z.array(value))
    .describe(
      'By scope, then dimensions. A scope that has no row counted nothing. In the published form, null is a suppressed count.',
    ),
});
export type FigureTable = z.infer<typeof figureTable>;

const cellName = z.string().max(400);

/** Name and version of a solver. */
export const solverName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*@[0-9][0-9a-z.-]*$/, 'expected a solver and its version, such as highs@1.15.3')
  .max(80);

/** What was suppressed beside small counts, so that all tables together give none of these away. */
export const disclosureRemedy = z.object({
  solver: solverName
    .exactOptional()
    .describe(
      'What found the remedy, and its version: another one may find another. Absent in older releases.',
    ),
  suppressed: z
    .array(cellName)
    .describe(
      'Counts that the rule would show, suppressed beside small ones; with the sums that they are part of.',
    ),
  withheld: z
    .array(cellName)
    .describe(
      'Counts of several scopes that are suppressed whatever they are, 0 included, because nothing less is enough.',
    ),
  audited: z.int().nonnegative().describe('Suppressed counts that were looked at.'),
  narrowed: z
    .array(cellName)
    .describe('Counts that can still have fewer than three values, or of which the solver did not find out.'),
});
export type DisclosureRemedy = z.infer<typeof disclosureRemedy>;

/**
 * The figures of one quarter at one position. Its full form has the counts as they are; its published form has what
 * disclosure control leaves of them.
 */
export const quarterFigures = z.object({
  programme: programmeId,
  period: periodCode,
  position: revision.describe('Ledger position of the read models that they were computed from.'),
  disclosure: z
    .union([figureName, z.literal('none')])
    .describe('Profile of the disclosure control that was applied; "none" in the full form.'),
  figures: z.array(figureTable),
  remedy: disclosureRemedy
    .exactOptional()
    .describe(
      'In the published form, where the profile suppresses beside small counts; absent in the full one.',
    ),
  files: z
    .array(
      z.object({
        service: z.string(),
        dataType: z.string(),
        extractKind: z.string(),
        period: z.string(),
      }),
    )
    .describe(
      'Live files received by then, of all periods: reach of a service without any is unknown, not 0.',
    ),
});
export type QuarterFigures = z.infer<typeof quarterFigures>;

export const quarterFiguresExample = {
  programme: 'leap',
  period: '2023-24-Q2',
  position: 412,
  disclosure: 'nhs-2018@1',
  figures: [
    {
      figure: 'reach@1',
      columns: ['scope', 'children', 'adults'],
      rows: [
        ['programme', 1205, 1130],
        ['service:baby-steps', 40, null],
      ],
    },
  ],
  files: [{ service: 'baby-steps', dataType: 'engagement', extractKind: 'delta', period: '2023-24-Q2' }],
};
