import { mixed, TextTable } from '../values/text-table.js';
import type { RangeRead } from './read-range.js';

/** Where the parts of a record stand after its values: two hashes that order it, and the number of its file. */
export const AFTER_VALUES = { hashHigh: 0, hashLow: 1, origin: 2 } as const;
const EXTRA = 3;

/** All records that are linked, each a run of integers. */
export interface LinkRecords {
  readonly count: number;
  /** How many integers a record has. */
  readonly stride: number;
  readonly fields: number;
  readonly data: Int32Array;
  /** The first record of each source, and one more. */
  readonly sourceStarts: readonly number[];
  /** By record: 0 unknown, 1 child, 2 adult. */
  readonly strata: Uint8Array;
  readonly idStarts: Float64Array;
  readonly idLengths: Int32Array;
  readonly vocabularies: readonly TextTable[];
}

/**
 * Joins what was read of the parts of each file; the parts of a file come one after the other.
 * @param numbered whether records have no ids, and so are known by their number in the file.
 */
export function joinRanges(
  sources: readonly (readonly RangeRead[])[],
  vocabularyOfField: readonly number[],
  numbered: boolean,
): LinkRecords {
  const parts = sources.flat();
  const fields = vocabularyOfField.length;
  const stride = fields + EXTRA;
  const count = parts.reduce((rows, part) => rows + part.rows, 0);
  const [first] = parts;
  const vocabularies = (first?.vocabularies ?? []).map(() => new TextTable());
  const data = new Int32Array(count * stride);
  const strata = new Uint8Array(count);
  const idStarts = new Float64Array(count);
  const idLengths = new Int32Array(count);
  let record = 0;
  const sourceStarts = [0];
  sources.forEach((ranges, source) => {
    // One id in two files says nothing of the two records.
    const seed = Math.imul(source + 1, 0x9e3779b1);
    for (const part of ranges) {
      const numbers = vocabularies.map((table, at) =>
        table.addAll(part.vocabularies[at] as (typeof part.vocabularies)[number]),
      );
      strata.set(part.roles, record);
      idStarts.set(part.idStarts, record);
      idLengths.set(part.idLengths, record);
      const ofField = vocabularyOfField.map((at) => numbers[at] as Int32Array);
      for (let row = 0; row < part.rows; row++) {
        const to = record * stride;
        for (let field = 0; field < fields; field++)
          data[to + field] = (ofField[field] as Int32Array)[
            part.values[row * fields + field] as number
          ] as number;
        const number = numbered ? record - (sourceStarts[source] ?? 0) + 1 : 0;
        data[to + fields + AFTER_VALUES.hashHigh] = mixed((part.idHashes[row * 2] as number) ^ seed ^ number);
        data[to + fields + AFTER_VALUES.hashLow] = mixed(
          (part.idHashes[row * 2 + 1] as number) + seed + number,
        );
        data[to + fields + AFTER_VALUES.origin] = source;
        record += 1;
      }
    }
    sourceStarts.push(record);
  });
  return { count, stride, fields, data, sourceStarts, strata, idStarts, idLengths, vocabularies };
}
