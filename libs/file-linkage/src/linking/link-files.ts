import { compareBytes } from '../values/compare-bytes.js';
import { joinRanges } from '../reading/records.js';
import { fieldsOf, SchemaRefused, type LinkSchema } from '../schema/link-schema.js';
import type { Model } from '@kinledger/kin';
import { linkRecords, type Linked } from './link-records.js';
import { fieldsToCompare, readCsvFile, type FileRead } from './read-files.js';

export interface LinkFilesOptions {
  readonly left: string;
  readonly right?: string | undefined;
  readonly schema: LinkSchema;
  /** Whether each file holds nobody twice. */
  readonly leftUnique: boolean;
  readonly rightUnique: boolean;
  readonly model?: Model | undefined;
  readonly progress: (step: string) => void;
}

/** Files, linked. */
export interface LinkedFiles extends Linked {
  readonly files: readonly FileRead[];
  /** The bytes of a record’s id: where they stand in its file. */
  readonly idOf: (record: number) => string;
}

/**
 * Links the records of one file, or of two.
 * @throws BrokenCsv, SchemaRefused if a file cannot be read as the schema says, or an id stands twice in one file.
 */
export function linkFiles(options: LinkFilesOptions): LinkedFiles {
  const { schema, progress } = options;
  progress('read');
  const paths = [options.left, ...(options.right === undefined ? [] : [options.right])];
  const files = paths.map((path) => readCsvFile(path, schema));
  const fields = fieldsToCompare(fieldsOf(schema));
  const records = joinRanges(
    files.map(({ ranges }) => ranges),
    fields.map(({ vocabulary }) => vocabulary),
    schema.id === undefined,
  );
  const sourceOf = (record: number): number => (record < (records.sourceStarts[1] ?? Infinity) ? 0 : 1);
  const bytesOf = (record: number): Uint8Array => {
    const start = records.idStarts[record] as number;
    return (files[sourceOf(record)] as FileRead).bytes.subarray(
      start,
      start + (records.idLengths[record] as number),
    );
  };
  const compareIds = (a: number, b: number): number =>
    schema.id === undefined ? a - b : compareBytes(bytesOf(a), bytesOf(b));
  const linked = linkRecords(records, fields, {
    unique: [options.leftUnique, options.rightUnique].slice(0, paths.length),
    model: options.model,
    compareIds: (a, b) => {
      const order = compareIds(a, b);
      if (order === 0 && a !== b)
        throw new SchemaRefused(
          `${paths[sourceOf(a)] ?? ''} has several records with one id: name a column in "id" that differs in each row`,
        );
      return order;
    },
    progress,
  });
  const decoder = new TextDecoder();
  const idOf = (record: number): string =>
    schema.id === undefined
      ? String(record - (records.sourceStarts[sourceOf(record)] ?? 0) + 1)
      : decoder.decode(bytesOf(record));
  return { ...linked, files, idOf };
}
