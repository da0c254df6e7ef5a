import type { DatasetField, DatasetSchema } from '@kinledger/programme/definition';
import { fileRefused, type FileRefused } from '../reading/file-refused.js';
import { LAST_HEADER_ROW } from '../reading/find-header.js';
import { proposeColumns, type ColumnProposal } from './column-proposals.js';
import { matchHeader, type ChosenTitles, type HeaderMapping } from './header-mapping.js';

const SURELY_TITLES = 2;

/**
 * Finds each field's column as {@link matchHeader} does.
 * @throws FileRefused if no title is known, two columns match a field equally well, or a column that every row needs is
 * missing. It names the file's own columns that may be meant.
 */
export function mapHeader(
  schema: DatasetSchema,
  header: readonly string[],
  chosen: ChosenTitles = {},
): HeaderMapping {
  const match = matchHeader(schema, header, chosen);
  const { columnOf, byField, unknownColumns, ambiguous, missing } = match;
  const isNamed = Object.keys(byField).length > 0;
  if (isNamed && ambiguous.length === 0 && missing.length === 0) return { columnOf, byField, unknownColumns };
  const proposals = proposeColumns(schema, header, match);
  if (ambiguous.length > 0)
    throw duplicates(
      ambiguous.map(({ field }) => field),
      proposals,
      header,
    );
  // The first row of a file without titles resembles titles by chance.
  const areTitles =
    proposals.length >= SURELY_TITLES &&
    missing.every((field) => proposals.some((one) => one.field === field));
  if (!isNamed && !areTitles) throw noTitleKnown(schema);
  if (missing.length === 0) throw noTitleKnown(schema, proposals, header);
  throw missingColumns(missing, proposals, header);
}

const titles = (fields: readonly DatasetField[]) => fields.map((field) => `"${field.title}"`).join(', ');

const noTitleKnown = (
  schema: DatasetSchema,
  proposals: readonly ColumnProposal[] = [],
  header: readonly string[] = [],
): FileRefused =>
  fileRefused(
    'no-header',
    `None of the first ${LAST_HEADER_ROW} rows holds column titles of this dataset, such as ${titles(schema.fields.slice(0, 4))}. Check that the export has a row of titles, and that this is the right dataset.${howToConfirm(proposals)}`,
    proposals.map((proposal) => ({
      path: proposal.field.name,
      message: `no column is called "${proposal.field.title}"${candidatesOf(proposal, header)}`,
    })),
  );

const duplicates = (
  fields: readonly DatasetField[],
  proposals: readonly ColumnProposal[],
  header: readonly string[],
): FileRefused =>
  fileRefused(
    'duplicate-columns',
    `More than one column could be ${titles(fields)}. Remove or rename all but one of each.${howToConfirm(proposals)}`,
    placesOf(fields, proposals, header, (title) => `more than one column is called "${title}"`),
  );

const missingColumns = (
  fields: readonly DatasetField[],
  proposals: readonly ColumnProposal[],
  header: readonly string[],
): FileRefused =>
  fileRefused(
    'missing-columns',
    `The file has no column ${titles(fields)}, which this dataset cannot do without. Add ${fields.length === 1 ? 'it' : 'them'} to the export, or correct the title${fields.length === 1 ? '' : 's'}.${howToConfirm(proposals.filter(({ field }) => fields.includes(field)))}`,
    placesOf(fields, proposals, header, (title) => `there is no column "${title}"`),
  );

const placesOf = (
  fields: readonly DatasetField[],
  proposals: readonly ColumnProposal[],
  header: readonly string[],
  message: (title: string) => string,
): FileRefused['places'] =>
  fields.map((field) => {
    const proposal = proposals.find((one) => one.field === field);
    return {
      path: field.name,
      message: `${message(field.title)}${proposal === undefined ? '' : candidatesOf(proposal, header)}`,
    };
  });

const howToConfirm = (proposals: readonly ColumnProposal[]): string =>
  proposals.length === 0
    ? ''
    : ' If one of the columns that are named below is meant, confirm it once, and it is read from then on: with kinledger submit --map "TITLE IN THE FILE=FIELD", or with POST /v1/mappings.';

const MAX_TITLE_LENGTH = 80;

/** The candidates with their scores and reasons. The titles are the sender's own. */
function candidatesOf({ candidates, proposed }: ColumnProposal, header: readonly string[]): string {
  const texts = candidates.map(
    ({ column, score, reason }) =>
      `column ${column + 1}, "${(header[column] ?? '').slice(0, MAX_TITLE_LENGTH)}" (${score.toFixed(2)}: ${reason})`,
  );
  return proposed === null && candidates.length > 1
    ? `; say which of these it is: ${texts.join('; ')}`
    : `; it may be ${texts.join(', or ')}`;
}
