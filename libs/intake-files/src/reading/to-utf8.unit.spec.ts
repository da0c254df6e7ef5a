import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToUtf8 } from './to-utf8.js';

/** Converts bytes in chunks cut at the given indices. */
const convert = (bytes: Uint8Array, cuts: readonly number[] = []): { text: string; foreign: number } => {
  const reader = new ToUtf8();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((end, index) => reader.write(bytes.subarray(places[index] ?? 0, end)));
  const text = Buffer.concat([...parts, reader.end()]).toString('utf8');
  return { text, foreign: reader.foreignBytes };
};

describe('a file in either encoding', () => {
  it('is unchanged if it is UTF-8, however it is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (text, cuts) => {
          fc.pre(!text.startsWith('\ufeff'));
          expect(convert(Buffer.from(text), cuts)).toEqual({ text, foreign: 0 });
        },
      ),
    );
  });

  it('is read as Windows-1252 where it is not UTF-8', () => {
    const { text, foreign } = convert(Buffer.from([0x5a, 0x6f, 0xeb, 0x2c, 0x80, 0x35, 0x30, 0x2c, 0x92]));
    expect(text).toBe('Zoë,€50,’');
    expect(foreign).toBe(3);
  });

  it('gives the same result however it is cut into chunks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        expect(convert(bytes, cuts)).toEqual(convert(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('becomes valid UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const reader = new ToUtf8();
        const converted = Buffer.concat([reader.write(bytes), reader.end()]);
        expect(() => new TextDecoder('utf-8', { fatal: true }).decode(converted)).not.toThrow();
      }),
    );
  });

  it('loses its byte order mark, even if that is split over chunks', () => {
    const marked = Buffer.from('\ufeffemail');
    expect(convert(marked).text).toBe('email');
    expect(convert(marked, [1, 2]).text).toBe('email');
    expect(convert(Buffer.from('\ufeff'), [1]).text).toBe('');
  });
});
