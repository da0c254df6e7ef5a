import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FieldKind } from '@kinledger/kin';
import { BrokenCsv } from '../reading/csv-cells.js';
import { readHeader, type CsvHeader } from '../reading/csv-header.js';
import { rangesOf } from '../reading/ranges-of-file.js';
import type { RangeBroken, RangeRead, RangeToRead } from '../reading/read-range.js';
import type { RecordIds } from '../reading/record-ids.js';
import { roomForRecords, type LinkRecords } from '../reading/records.js';
import {
  fieldsOfFiles,
  SchemaRefused,
  type ColumnRole,
  type FileSchema,
  type LinkField,
  type LinkSchema,
} from '../schema/link-schema.js';
import { guessSchema, inCommon, type GuessedSchema } from '../schema/guess-schema.js';
import type { Crew } from '../threads/crew.js';
import { sharedBytes, sharedInts } from '../values/shared-arrays.js';
import type { DerivedValues } from '../values/value-table.js';
import type { ColumnToNumber, Vocabulary } from '../values/vocabulary.js';

/** A field to compare. */
export interface FieldToCompare {
  readonly name: string;
  readonly kind: FieldKind;
  /** Index of its vocabulary among those of the records: given name and surname share one. */
  readonly vocabulary: number;
}

/** The fields of a schema, and the vocabularies in which their values are numbered: one for both names. */
export function fieldsToCompare(fields: readonly LinkField[]): readonly FieldToCompare[] {
  let next = 0;
  let ofNames: number | undefined;
  return fields.map(({ name, role }): FieldToCompare => {
    const kind = kindOf(role);
    if (kind !== 'given-name' && kind !== 'surname') return { name, kind, vocabulary: next++ };
    ofNames ??= next++;
    return { name, kind, vocabulary: ofNames };
  });
}

const kindOf = (role: ColumnRole): FieldKind => (role === 'given-name-part' ? 'given-name' : role);

/** A CSV file as it stands on the disk, in memory that all threads see. */
export interface CsvFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** More than this is not read in one call. */
const AT_ONCE = 1 << 30;

export function csvFile(path: string): CsvFile {
  const file = openSync(path, 'r');
  try {
    const bytes = sharedBytes(fstatSync(file).size);
    let end = 0;
    while (end < bytes.length) {
      const read = readSync(file, bytes, end, Math.min(AT_ONCE, bytes.length - end), null);
      if (read === 0) break;
      end += read;
    }
    return { path, bytes: bytes.subarray(0, end) };
  } finally {
    closeSync(file);
  }
}

/** A proposal of what the columns of the files hold; by file, the columns that it leaves out, by number from 1. */
export interface GuessedSchemas {
  readonly schema: LinkSchema;
  readonly leftOut: readonly (readonly number[])[];
}

/**
 * What the columns of one file or two seem to hold: if the second has all titles that the first one’s columns have, they hold the
 * same there.
 * @throws BrokenCsv if one is no CSV file.
 */
export function guessSchemaOf(files: readonly CsvFile[]): GuessedSchemas {
  const headers = files.map(({ path, bytes }) => named(path, () => readHeader(bytes)));
  const guessed = files.map(({ path, bytes }, file) =>
    named(path, () => guessSchema(bytes, headers[file] as CsvHeader)),
  );
  const [left, right] = guessed as [GuessedSchema, GuessedSchema?];
  const read = ({ id, role, columns }: FileSchema) => [...Object.keys(columns), id, role];
  if (right === undefined || read(left.schema).every((title) => has(headers[1], title)))
    return { schema: left.schema, leftOut: guessed.map(({ leftOut }) => leftOut) };
  const schema = inCommon(left.schema, right.schema);
  const readOf = [new Set(read(schema)), new Set(read(schema.right ?? schema))];
  return {
    schema,
    leftOut: headers.map(({ columns }, file) =>
      columns.flatMap((title, column) => (readOf[file]?.has(title) === true ? [] : [column + 1])),
    ),
  };
}

const has = (header: CsvHeader | undefined, title: string | undefined): boolean =>
  title === undefined || (header?.columns.includes(title) ?? false);

/** What is read of the files: their records, and by vocabulary the values. */
export interface FilesRead {
  readonly fields: readonly FieldToCompare[];
  readonly records: LinkRecords;
  readonly ids: RecordIds;
  readonly values: readonly DerivedValues[];
}

/**
 * Reads files into numbers. Their bytes may change.
 * @throws SchemaRefused if a file lacks a column of the schema, or the id of a record is missing or repeated in its file;
 * BrokenCsv if it is no CSV file.
 */
export async function readFiles(
  files: readonly CsvFile[],
  schema: LinkSchema,
  crew: Crew,
  progress: (step: string) => void,
): Promise<FilesRead> {
  const linkFields = fieldsOfFiles(schema, files.length);
  const fields = fieldsToCompare(linkFields[0] ?? []);
  const sources = await readRanges(files, schema, linkFields, crew);
  progress('derive');
  const { values, numbers } = await numberValues(sources, linkFields, fields, crew);
  const signatures = fields.map(({ vocabulary }) => values[vocabulary]?.signatures);
  const records = roomForRecords(
    sources,
    signatures.map((ofField) => ofField !== undefined),
  );
  const numbered = schema.id === undefined;
  const ids: RecordIds = { bytes: files.map(({ bytes }) => bytes), numbered };
  await crew.all(
    'place',
    sources.flatMap((ranges, source) => {
      let from = records.sourceStarts[source] ?? 0;
      return ranges.map(({ texts: _, ...range }, part) => {
        const first = from;
        from += range.rows;
        return {
          ...{ range, records, source, from: first, numbered, signatures },
          numbers: fields.map((__, field) => numbers(field, source, part)),
        };
      });
    }),
  );
  if (!numbered) {
    const faults = await crew.all(
      'examine-ids',
      files.map((_, source) => ({ records, ids, source })),
    );
    faults.forEach((fault, source) => {
      if (fault !== undefined)
        throw new SchemaRefused(
          `${files[source]?.path ?? ''}: ${fault}; name a column in "id" that has a value of its own in each row`,
        );
    });
  }
  return { fields, records, ids, values };
}

/** Names the file of what is broken. */
function named<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof BrokenCsv ? error.in(path) : error;
  }
}

/** Roles of columns in which few cells share a value. */
const mostlyDistinct: ReadonlySet<ColumnRole> = new Set<ColumnRole>([
  'email',
  'mobile',
  'nhs-number',
  'other-id',
]);

/** @returns by file: what is read of its parts. */
async function readRanges(
  files: readonly CsvFile[],
  schema: LinkSchema,
  fieldsOfSources: readonly (readonly LinkField[])[],
  crew: Crew,
): Promise<readonly (readonly RangeRead[])[]> {
  const total = files.reduce((all, { bytes }) => all + bytes.length, 1);
  const headers = files.map(({ path, bytes }) => named(path, () => readHeader(bytes)));
  const planned = files.map(({ path, bytes }, source): readonly RangeToRead[] => {
    const header = headers[source] as CsvHeader;
    const hint =
      source > 0 && schema.right === undefined
        ? ': say in "right" what the columns of the second file hold'
        : ': the schema names columns as the first line of the file does';
    const columnOf = (title: string): number => columnOfTitle(path, header, title, hint);
    const { id, role } = source === 0 ? schema : (schema.right ?? schema);
    const fields = fieldsOfSources[source] ?? [];
    const plan = {
      ...{ delimiter: header.delimiter, columns: header.columns.length },
      fields: fields.map(({ columns, taken }) => ({ columns: columns.map(columnOf), taken })),
      distinct: fields.map((field) => mostlyDistinct.has(field.role)),
      idColumn: id === undefined ? -1 : columnOf(id),
      roleColumn: role === undefined ? -1 : columnOf(role),
    };
    const parts = Math.max(1, Math.round((crew.size * bytes.length) / total));
    return rangesOf(bytes, header.rowsFrom, parts).map((range) => ({ ...range, bytes, plan }));
  });
  const read = [...(await crew.all('read', planned.flat()))];
  return planned.map((ranges, source) => {
    let line = (headers[source] as CsvHeader).firstLine;
    return read.splice(0, ranges.length).map((range) => {
      if (isBroken(range))
        throw new BrokenCsv(line + range.broken.line - 1, range.broken.what, files[source]?.path);
      line += range.lines;
      return range;
    });
  });
}

const isBroken = (range: RangeRead | RangeBroken): range is RangeBroken => 'broken' in range;

function columnOfTitle(path: string, header: CsvHeader, title: string, hint: string): number {
  const column = header.columns.indexOf(title.trim());
  if (column < 0)
    throw new SchemaRefused(
      // Its titles are not listed: where a file has none, a person's own row stands there.
      `${path} has no column "${title}" among its ${header.columns.length}${hint}`,
    );
  return column;
}

/** Numbers the canonical values of all columns: vocabulary by vocabulary, because each takes a thread of its own. */
async function numberValues(
  sources: readonly (readonly RangeRead[])[],
  linkFields: readonly (readonly LinkField[])[],
  fields: readonly FieldToCompare[],
  crew: Crew,
) {
  const vocabularies = [...new Set(fields.map(({ vocabulary }) => vocabulary))];
  const fieldsOfVocabulary = vocabularies.map((vocabulary) =>
    fields.flatMap((field, index) => (field.vocabulary === vocabulary ? [index] : [])),
  );
  const tasks = fieldsOfVocabulary.map((ofVocabulary) => ({
    kind: fields[ofVocabulary[0] ?? 0]?.kind ?? 'attribute',
    columns: ofVocabulary.flatMap((field) =>
      sources.map((ranges, source) =>
        columnToNumber(ranges, field, linkFields[source]?.[field] as LinkField),
      ),
    ),
  }));
  // The longest first, so that no thread begins it when the others have nothing left to do.
  const order = vocabularies.sort(
    (a, b) => textsToNumber(tasks[b]?.columns ?? []) - textsToNumber(tasks[a]?.columns ?? []),
  );
  const inOrder = await crew.all(
    'number-values',
    order.map((vocabulary) => tasks[vocabulary] as (typeof tasks)[number]),
  );
  const made = tasks.map((_, vocabulary) => inOrder[order.indexOf(vocabulary)] as Vocabulary);
  const numbers = (field: number, source: number, part: number): Int32Array => {
    const vocabulary = (fields[field] as FieldToCompare).vocabulary;
    const place = (fieldsOfVocabulary[vocabulary] ?? []).indexOf(field);
    return made[vocabulary]?.numbers[place * sources.length + source]?.[part] as Int32Array;
  };
  return { values: made.map(({ values }) => values), numbers };
}

/** A name costs as much as several other texts: more is derived of it. */
const NAME_WEIGHT = 6;

const textsToNumber = (columns: readonly ColumnToNumber[]): number =>
  columns.reduce(
    (all, { role, parts }) =>
      all +
      parts.reduce((some, { texts }) => some + texts.size, 0) *
        (role === 'given-name' || role === 'surname' ? NAME_WEIGHT : 1),
    0,
  );

function columnToNumber(
  ranges: readonly RangeRead[],
  field: number,
  { role, order }: LinkField,
): ColumnToNumber {
  const judged = role === 'birth-date' && order === undefined;
  return {
    ...{ role, order: order ?? (judged ? undefined : 'year-month-day') },
    parts: ranges.map(({ rows, values, texts }) => {
      const ofField = texts[field] as (typeof texts)[number];
      if (!judged) return { texts: ofField, counts: undefined };
      const counts = sharedInts(ofField.size + 1);
      for (let row = 0; row < rows; row++) {
        const text = values[row * texts.length + field] as number;
        counts[text] = (counts[text] as number) + 1;
      }
      return { texts: ofField, counts };
    }),
  };
}
