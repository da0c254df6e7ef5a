import { MAX_MESSAGE_BYTES, MAX_ROWS_PER_CHUNK, type PseudonymisedRow } from '@kinledger/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowEncoder } from './encode-rows.js';

const rowOf = (index: number, bytes: number): PseudonymisedRow =>
  // The encoder looks at nothing but the size.
  ({ record: String(index), salt: 'é'.repeat(bytes) }) as unknown as PseudonymisedRow;
const encode = (rows: readonly PseudonymisedRow[]) => {
  const encoder = new RowEncoder();
  for (const row of rows) encoder.add(row);
  return encoder.finish();
};

it('keeps every row, in order, within the limits of a message', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20_000), { maxLength: 40 }),
      fc.integer({ min: 1, max: 60 }),
      (sizes, repeat) => {
        const rows = Array.from({ length: repeat }, () => sizes)
          .flat()
          .map((bytes, index) => rowOf(index, bytes));
        const encoded = encode(rows);
        const decoded = encoded.flatMap(({ json }) => JSON.parse(Buffer.from(json).toString()) as unknown[]);
        expect(decoded).toHaveLength(rows.length);
        decoded.forEach((row, index) => expect((row as { record: string }).record).toBe(String(index)));
        for (const { rows: count, json } of encoded) {
          expect(count).toBeLessThanOrEqual(MAX_ROWS_PER_CHUNK);
          expect(json.byteLength).toBeLessThan(MAX_MESSAGE_BYTES - 512);
        }
      },
    ),
    { numRuns: 30 },
  );
});

it('fills a message before it begins the next', () => {
  expect(encode(Array.from({ length: 1001 }, (_, index) => rowOf(index, 1))).map(({ rows }) => rows)).toEqual(
    [500, 500, 1],
  );
  expect(encode([])).toEqual([]);
});
