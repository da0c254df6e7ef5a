import type { Model } from '@kinledger/kin';
import { compareBytes } from '../values/compare-bytes.js';
import { joinRanges } from '../reading/records.js';
import { fieldsOf, type LinkSchema } from '../schema/link-schema.js';
import { refuseRepeatedIds } from './distinct-ids.js';
import { linkRecords, type Linked } from './link-records.js';
import { csvFile, fieldsToCompare, readCsvFile, type CsvFile, type FileRead } from './read-files.js';

export interface LinkingOptions {
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
 * @param paths those of the left file, and of the right one if there is one.
 * @throws BrokenCsv, SchemaRefused if a file cannot be read as the schema says, or a record’s id is missing or repeated in
 * its file; TooManyFields, ModelRefused if the fields cannot be compared, or not with the model.
 */
export function linkFiles(paths: readonly string[], options: LinkingOptions): LinkedFiles {
  options.progress('read');
  return linkCsv(paths.map(csvFile), options);
}

/** The same, of files that are read. Their bytes may change. */
export function linkCsv(csvFiles: readonly CsvFile[], options: LinkingOptions): LinkedFiles {
  const { schema, progress } = options;
  const files = csvFiles.map((file) => readCsvFile(file, schema));
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
  if (schema.id !== undefined)
    refuseRepeatedIds(
      records,
      bytesOf,
      files.map(({ path }) => path),
    );
  const linked = linkRecords(records, fields, {
    unique: [options.leftUnique, options.rightUnique].slice(0, files.length),
    model: options.model,
    compareIds: (a, b) => (schema.id === undefined ? a - b : compareBytes(bytesOf(a), bytesOf(b))),
    progress,
  });
  const decoder = new TextDecoder();
  const idOf = (record: number): string =>
    schema.id === undefined
      ? String(record - (records.sourceStarts[sourceOf(record)] ?? 0) + 1)
      : decoder.decode(bytesOf(record));
  return { ...linked, files, idOf };
}
