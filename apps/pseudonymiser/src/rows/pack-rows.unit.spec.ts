import {
  decodeRowChunk,
  MAX_MESSAGE_BYTES,
  MAX_ROWS_PER_CHUNK,
  rowChunkOf,
  RowPseudonymised,
  type PackedRows,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packRows } from './pack-rows.js';

const { rows: examples, ...head } = RowPseudonymised.schema.parse(RowPseudonymised.example);
const example = examples[0] as PseudonymisedRow; // it has one

/** A row with at least this many bytes of attributes, unique to it. */
function rowOf(index: number, bytes: number): PseudonymisedRow {
  const values = Array.from({ length: Math.ceil(bytes / 100) }, (_, nth) => [
    `a${nth}`,
    `${index} ${nth} `.padEnd(100, 'é'),
  ]);
  const record = index.toString(16).padStart(32, '0') as PseudonymisedRow['record'];
  return { ...example, record, attributes: Object.fromEntries(values) as PseudonymisedRow['attributes'] };
}
const unpacked = (packed: PackedRows) => decodeRowChunk(rowChunkOf(head, packed)).rows;

it('keeps every row, in order, within the limits of a message', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20_000), { maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (sizes, repeat) => {
        const rows = Array.from({ length: repeat }, () => sizes)
          .flat()
          .map((bytes, index) => rowOf(index, bytes));
        const packed = packRows(rows);
        expect(packed.flatMap(unpacked).map(({ record }) => record)).toEqual(
          rows.map(({ record }) => record),
        );
        for (const { rows: count, bytes } of packed) {
          expect(count).toBeLessThanOrEqual(MAX_ROWS_PER_CHUNK);
          expect(bytes.byteLength).toBeLessThan(MAX_MESSAGE_BYTES - 512);
        }
      },
    ),
    { numRuns: 15 },
  );
});

it('fills a message before it begins the next', () => {
  const counts = (rows: readonly PseudonymisedRow[]) => packRows(rows).map(({ rows: count }) => count);
  expect(counts(Array.from({ length: 1001 }, (_, index) => rowOf(index, 1)))).toEqual([500, 500, 1]);
  expect(counts([])).toEqual([]);
});
