import fc from 'fast-check';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../message-bus.js';
import { packValue, unpackValue } from './packed-value.js';

const roundTrip = (value: Uint8Array) => [...unpackValue(packValue(value))];

describe('a packed value', () => {
  it('comes back as it was, whatever it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), (value) => {
        expect(roundTrip(value)).toEqual([...value]);
      }),
    );
  });

  it('comes back as it was where it looks like one, of any size', () => {
    const small = zstdCompressSync('rows');
    expect(roundTrip(small)).toEqual([...small]);
    const large = zstdCompressSync(
      Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * index) % 251)),
    );
    expect(roundTrip(large)).toEqual([...large]);
  });

  it('is smaller where that matters', () => {
    const rows = Buffer.from(
      JSON.stringify(Array.from({ length: 500 }, (_, row) => ({ row, role: 'child' }))),
    );
    expect(packValue(rows).length).toBeLessThan(rows.length / 4);
    expect(packValue(Buffer.from('{}'))).toEqual(Buffer.from('{}'));
  });

  it('that was damaged, or is larger than a message, is refused', () => {
    const packed = packValue(Buffer.alloc(5000, 'rows'));
    expect(() => unpackValue(packed.subarray(0, packed.length - 4))).toThrow();
    expect(() => unpackValue(zstdCompressSync(Buffer.alloc(MAX_MESSAGE_BYTES + 1)))).toThrow();
  });
});
