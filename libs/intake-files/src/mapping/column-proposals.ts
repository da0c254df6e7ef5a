import { headerKey, type DatasetField, type DatasetSchema } from '@kinledger/programme/definition';
import { everyNameOf, isBlocking, isOfPerson, type HeaderMatch } from './header-mapping.js';
import {
  CLEAR_MARGIN,
  LEAST_SCORE,
  similarityBetween,
  toCompare,
  type ComparedText,
  type Similarity,
} from './similarity.js';

/** A column that may hold a field. */
export interface ColumnCandidate extends Similarity {
  /** From 0. */
  readonly column: number;
}

/** The columns of a file that may hold a field which no column is named for, or several are. */
export interface ColumnProposal {
  readonly field: DatasetField;
  /** Whether every row would be rejected without the field. */
  readonly isNeeded: boolean;
  /** The best candidate first; never empty. */
  readonly candidates: readonly ColumnCandidate[];
  /** The candidate that is clearly the best; null if a person has to choose. */
  readonly proposed: number | null;
}

const MAX_CANDIDATES = 3;
/** Further columns without a field are not compared, because the time grows with columns, fields and names. */
const MAX_COMPARED = 200;

/**
 * Proposes columns for the fields that were not found in a header, by similarity of titles. A proposal is never acted on
 * unless a person confirms it. For a field that identifies somebody none is proposed if there are two candidates, or
 * if the one candidate may as well hold another such field.
 */
export function proposeColumns(
  schema: DatasetSchema,
  header: readonly string[],
  match: HeaderMatch,
): readonly ColumnProposal[] {
  const similar = similarColumns(schema, header, match);
  return schema.fields.flatMap((field) => {
    const isNeeded = isBlocking(field, schema);
    const named = match.ambiguous.find((one) => one.field === field);
    if (named !== undefined) {
      const candidates = named.columns.map((column) => ({
        ...{ column, score: 1 },
        reason: `is one of the names of "${field.title}"`,
      }));
      return [{ field, isNeeded, candidates, proposed: null }];
    }
    const candidates = similar.get(field) ?? [];
    const [best] = candidates;
    if (best === undefined) return [];
    const margin = isOfPerson(field, schema) ? 1 : CLEAR_MARGIN;
    const isClear =
      candidates.slice(1).every(({ score }) => best.score - score >= margin) &&
      rivalsOf(field, best, similar).every(
        ([rival, score]) => best.score - score >= (isOfPerson(rival, schema) ? margin : CLEAR_MARGIN),
      );
    return [
      {
        ...{ field, isNeeded },
        candidates: candidates.slice(0, MAX_CANDIDATES),
        proposed: isClear ? best.column : null,
      },
    ];
  });
}

type SimilarColumns = ReadonlyMap<DatasetField, readonly ColumnCandidate[]>;

/** Columns without a field whose titles resemble a name of a field without a column. */
function similarColumns(
  schema: DatasetSchema,
  header: readonly string[],
  match: HeaderMatch,
): SimilarColumns {
  const keys = header.map(headerKey);
  // A title that occurs twice cannot be chosen, because it names no one column.
  const free = match.unknownColumns.filter(
    (column) =>
      keys.indexOf(keys[column] ?? '') === keys.lastIndexOf(keys[column] ?? '') &&
      !looksLikeValue(header[column] ?? ''),
  );
  const absent = schema.fields.filter((_, index) => match.columnOf[index] === -1);
  const titles = free
    .slice(0, MAX_COMPARED)
    .map((column) => ({ column, title: toCompare(header[column] ?? '') }));
  const similar = new Map(
    absent.map((field) => {
      const names = everyNameOf(field).map(toCompare);
      const candidates = titles
        .map(({ column, title }) => ({ column, ...bestOf(title, names) }))
        .filter(({ score }) => score >= LEAST_SCORE)
        .sort((left, right) => right.score - left.score || left.column - right.column);
      return [field, candidates];
    }),
  );
  return withoutTheUnlikely(similar, schema);
}

/** Whether a text is an email address or a number rather than a title: a refusal must not repeat what identifies somebody. */
const looksLikeValue = (text: string): boolean => text.includes('@') || /(\d[\s.\-/]*){5}/.test(text);

/** Leaves a column out where it clearly is another field, unless both fields identify somebody. */
function withoutTheUnlikely(similar: SimilarColumns, schema: DatasetSchema): SimilarColumns {
  const isUnlikely = (field: DatasetField, candidate: ColumnCandidate): boolean =>
    rivalsOf(field, candidate, similar).some(
      ([rival, score]) =>
        score - candidate.score >= CLEAR_MARGIN && !(isOfPerson(field, schema) && isOfPerson(rival, schema)),
    );
  return new Map(
    [...similar].map(([field, candidates]) => [
      field,
      candidates.filter((candidate) => !isUnlikely(field, candidate)),
    ]),
  );
}

const bestOf = (title: ComparedText, names: readonly ComparedText[]): Similarity =>
  names
    .map((name) => similarityBetween(title, name))
    .reduce((one, other) => (other.score > one.score ? other : one));

/** Other fields that the same column may hold, with its score for each. */
const rivalsOf = (
  field: DatasetField,
  { column }: ColumnCandidate,
  similar: SimilarColumns,
): readonly (readonly [DatasetField, number])[] =>
  [...similar].flatMap(([other, candidates]) => {
    const same = other === field ? undefined : candidates.find((candidate) => candidate.column === column);
    return same === undefined ? [] : [[other, same.score] as const];
  });
