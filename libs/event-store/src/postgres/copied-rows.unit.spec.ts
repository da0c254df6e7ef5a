import { describe, expect, it } from 'vitest';
import { BinaryRows } from '@kinledger/database';
import { BinaryRow, wholeNumber } from './copied-rows.js';

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const END = Buffer.from([0xff, 0xff]);

describe('rows of a binary COPY', () => {
  const rows = [
    { revision: 0, count: 7, text: 'Größe', bytes: Buffer.from('{"a":1}') },
    { revision: 2 ** 40 + 7, count: 2 ** 31 - 1, text: '', bytes: Buffer.alloc(0) },
    { revision: 2 ** 31, count: -1, text: 'x', bytes: Buffer.from([0xff, 0xff, 0, 0]) },
  ];
  const written = () => {
    const out = new BinaryRows();
    for (const { revision, count, text, bytes } of rows)
      out.row(4).bigint(revision).integer(count).text(text).bytes(bytes);
    return Buffer.concat([HEADER, out.take(), END]);
  };
  const decoded = (chunks: readonly Buffer[]) => {
    const row = new BinaryRow();
    const read: { revision: number; count: number; text: string; bytes: Buffer }[] = [];
    for (const chunk of chunks) {
      row.add(chunk);
      while (row.next())
        read.push({ revision: row.bigint(), count: row.integer(), text: row.text(), bytes: row.bytes() });
    }
    return { read, isEnd: row.isEnd };
  };

  it('returns the written rows, however their bytes are cut into chunks', () => {
    const all = written();
    expect(decoded([all])).toEqual({ read: rows, isEnd: true });
    for (let at = 0; at <= all.length; at += 1)
      expect(decoded([all.subarray(0, at), all.subarray(at)])).toEqual({ read: rows, isEnd: true });
    expect(decoded([...all].map((byte) => Buffer.from([byte])))).toEqual({ read: rows, isEnd: true });
  });

  it('finds no end if the rows are incomplete', () => {
    const all = written();
    for (let length = 0; length < all.length; length += 1)
      expect(decoded([all.subarray(0, length)]).isEnd).toBe(false);
  });

  it('interpolates whole numbers only', () => {
    expect(wholeNumber(2 ** 53 - 1)).toBe('9007199254740991');
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, '1; DROP TABLE ledger.event'])
      expect(() => wholeNumber(value as number)).toThrow(RangeError);
  });
});
