import fc from 'fast-check';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packBytes, unpackBytes } from './packed-bytes.js';

const MAX = 10_000;
const roundTrip = (value: Uint8Array) => [...unpackBytes(packBytes(value), MAX)];

describe('packed bytes', () => {
  it('unpack to the original, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), (value) => {
        expect(roundTrip(value)).toEqual([...value]);
      }),
    );
  });

  it('unpack to the original even if that looks packed, at any size', () => {
    const small = zstdCompressSync('rows');
    expect(roundTrip(small)).toEqual([...small]);
    const large = zstdCompressSync(Uint8Array.from({ length: 5000 }, (_, index) => (index * index) % 251));
    expect(roundTrip(large)).toEqual([...large]);
  });

  it('are packed again to the same form', () => {
    const packed = packBytes(Buffer.alloc(5000, 'rows'));
    expect(packBytes(unpackBytes(packed, MAX))).toBe(packed);
  });

  it('are fewer than the original for large values', () => {
    const rows = Buffer.from(
      JSON.stringify(Array.from({ length: 500 }, (_, row) => ({ row, role: 'child' }))),
    );
    expect(packBytes(rows).length).toBeLessThan(rows.length / 4);
    expect(packBytes(Buffer.from('{}'))).toEqual(Buffer.from('{}'));
  });

  it('are refused if damaged, or if they unpack to more than the limit', () => {
    const packed = packBytes(Buffer.alloc(5000, 'rows'));
    expect(() => unpackBytes(packed.subarray(0, packed.length - 4), MAX)).toThrow();
    expect(() => unpackBytes(zstdCompressSync(Buffer.alloc(MAX + 1)), MAX)).toThrow();
  });
});
