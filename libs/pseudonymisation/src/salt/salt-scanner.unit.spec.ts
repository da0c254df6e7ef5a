import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marksOf, spellingsOf } from './salt-marks.js';
import { SaltScanner } from './salt-scanner.js';

const salt = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 16, maxLength: 80 })
  .map((codes) => String.fromCharCode(...codes));
const around = fc.string({ unit: 'binary', maxLength: 200 });

/** Whether a scanner finds the salt in bytes that arrive in chunks of these lengths, followed by the rest. */
function finds(of: string, bytes: Uint8Array, lengths: readonly number[]): boolean {
  const scanner = new SaltScanner(spellingsOf(of));
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    if (scanner.finds(bytes.subarray(at, at + length))) return true;
    at += length;
  }
  return false;
}

describe('a scanner for the salt', () => {
  it('finds it at any position and with any chunk boundaries', () => {
    const chunks = fc.array(fc.nat(60), { maxLength: 8 });
    fc.assert(
      fc.property(salt, around, around, chunks, (secret, before, after, lengths) => {
        expect(finds(secret, Buffer.from(before + secret + after), lengths)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['in capitals', (secret: string) => Buffer.from(secret.toUpperCase())],
    ['in lower case', (secret: string) => Buffer.from(secret.toLowerCase())],
    ['as in a quoted cell', (secret: string) => Buffer.from(`"${secret.replaceAll('"', '""')}"`)],
    ['in UTF-16', (secret: string) => Buffer.from(secret, 'utf16le')],
    ['in big-endian UTF-16', (secret: string) => Buffer.from(secret, 'utf16le').swap16()],
  ])('finds it %s', (_, written) => {
    fc.assert(
      fc.property(salt, around, (secret, before) => {
        expect(finds(secret, Buffer.concat([Buffer.from(before), written(secret)]), [7])).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('finds nothing in a text that contains all of it except one character', () => {
    fc.assert(
      fc.property(salt, around, fc.nat(), (secret, before, place) => {
        const at = place % secret.length;
        const lacking = secret.slice(0, at) + secret.slice(at + 1);
        const text = `${before}${lacking}`;
        fc.pre(!text.toLowerCase().replaceAll('\0', '').includes(secret.toLowerCase()));
        expect(finds(secret, Buffer.from(text), [5])).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('finds any of several salts, and nothing if there are none', () => {
    const [old, fresh] = ['an-old-salt-of-2021', 'a-fresh-salt-of-2023'];
    const both = () => new SaltScanner([...spellingsOf(old), ...spellingsOf(fresh)]);
    expect(both().finds(Buffer.from(`case;${old}`))).toBe(true);
    expect(both().finds(Buffer.from(`case;${fresh}`))).toBe(true);
    expect(new SaltScanner([]).finds(Buffer.from(old))).toBe(false);
  });
});

describe('marks of a salt', () => {
  it('do not contain it', () => {
    fc.assert(
      fc.property(salt, (secret) => {
        expect(JSON.stringify(marksOf(secret)).toLowerCase()).not.toContain(secret.toLowerCase());
      }),
      { numRuns: 20 },
    );
  });
});
