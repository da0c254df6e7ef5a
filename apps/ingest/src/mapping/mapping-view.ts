import { datasetId, instant, providerId } from '@kinledger/contracts';
import { mappingFaults } from '@kinledger/intake-files';
import type { Dataset } from '@kinledger/programme';
import { z } from 'zod';
import type { MappingProposal } from './propose-mapping.js';
import { columnProposalView, unmatchedView, viewOfColumns, viewOfUnmatched } from './proposal-view.js';
import { titlesOf, type SavedMapping } from './saved-mapping.js';

const text = z.string();
const version = z.int().positive();

export const mappingVersionView = z.object({ id: text, version });

export const mappingView = z.object({
  id: text,
  version: version.describe('1 for the first, then 2, 3, …'),
  provider: providerId,
  dataset: datasetId,
  fingerprint: text.describe('Digest of the file’s titles, without order, case, spaces and punctuation.'),
  columns: z
    .array(z.object({ field: text, columnTitle: text }))
    .describe('The column that each field is read from.'),
  values: z
    .array(z.object({ field: text, value: text, code: text }))
    .describe('The code that each value stands for.'),
  savedBy: text,
  savedAt: instant,
  faults: z
    .array(z.object({ path: text, message: text }))
    .describe(
      'Why the dataset’s present schema does not allow it; a file with these titles is then refused.',
    ),
});
export type MappingView = z.input<typeof mappingView>;

export const mappingWithHistory = mappingView.extend({
  versions: z
    .array(z.object({ version, savedBy: text, savedAt: instant }))
    .describe('All versions, the newest first.'),
});
export type MappingWithHistory = z.input<typeof mappingWithHistory>;

export const mappingProposalView = z.object({
  dataset: datasetId,
  titles: z.array(text).describe('The titles of the file, as POST /v1/mappings takes them.'),
  fingerprint: text,
  mapping: z
    .array(z.object({ field: text, title: text, column: z.int().positive(), columnTitle: text }))
    .describe('The columns that are read already, by title, name, alias or the saved mapping.'),
  saved: mappingView.optional().describe('The mapping that is saved for these titles.'),
  columnProposals: z.array(columnProposalView),
  missing: z
    .array(z.object({ field: text, title: text }))
    .describe('Fields that every row needs, without a column.'),
  unmatchedValues: z
    .array(unmatchedView)
    .describe('Values of coded columns that are not listed, as if each clear proposal were confirmed.'),
  rowsLookedAt: z.int().nonnegative(),
});
export type MappingProposalView = z.input<typeof mappingProposalView>;

/** @param dataset as it is now; undefined if the programme has it no more. */
export function viewOfMapping(saved: SavedMapping, dataset: Dataset | undefined): MappingView {
  const { columns, values } = saved;
  return {
    id: saved.mapping,
    version: saved.version,
    provider: saved.provider,
    dataset: saved.dataset,
    fingerprint: saved.fingerprint,
    columns: Object.entries(columns).map(([field, columnTitle]) => ({ field, columnTitle })),
    values: Object.entries(values).flatMap(([field, codeOf]) =>
      Object.entries(codeOf).map(([value, code]) => ({ field, value, code })),
    ),
    savedBy: saved.savedBy,
    savedAt: saved.savedAt.toISOString(),
    // The titles that are not mapped are not kept, so whether a needed column is missing cannot be said here.
    faults:
      dataset === undefined
        ? []
        : mappingFaults(dataset.schema, titlesOf([saved]), saved)
            .filter(({ path }) => path.includes('.'))
            .map((fault) => ({ ...fault })),
  };
}

export function viewOfProposal(
  dataset: Dataset,
  { header, fingerprint, saved, match, columns, unmatched, rowsLookedAt, samplesOf }: MappingProposal,
): MappingProposalView {
  return {
    dataset: dataset.id,
    titles: [...header],
    fingerprint,
    mapping: dataset.schema.fields.flatMap(({ name, title }, index) => {
      const column = match.columnOf[index] ?? -1;
      return column < 0
        ? []
        : [{ field: name, title, column: column + 1, columnTitle: header[column] ?? '' }];
    }),
    ...(saved === undefined ? {} : { saved: viewOfMapping(saved, dataset) }),
    columnProposals: viewOfColumns(columns, header, samplesOf),
    missing: match.missing.map(({ name, title }) => ({ field: name, title })),
    unmatchedValues: viewOfUnmatched(unmatched),
    rowsLookedAt,
  };
}
