import { createHash, randomBytes } from 'node:crypto';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { needlesOf, needlesOfHex } from './needles.js';
import { Scanner } from './scanner.js';

const email = 'Zephyrine.Quill+feather@canary.example';
const phone = '+44 7700 900984';
const token = '5f0c7a1be2d94c3386f1a0b2c3d4e5f6';

const scanner = new Scanner([
  ...needlesOf('email', [email]),
  ...needlesOf('phone', [phone, '07700 900984']),
  ...needlesOfHex('token', token),
]);
const hashOf = (algorithm: string, text: string) => createHash(algorithm).update(text).digest();
const text = (value: string) => Buffer.from(value);

/** Each form in which a value could leak, made here independently of the scanner's code. */
const planted: readonly (readonly [how: string, bytes: Buffer])[] = [
  ['as it is', text(email)],
  ['in capitals', text(email.toUpperCase())],
  ['in small letters', text(email.toLowerCase())],
  ['in a JSON document', text(JSON.stringify({ row: { Email: email } }))],
  ['in JSON within JSON', text(JSON.stringify(JSON.stringify({ email })))],
  ['in an address', text(`/v1/x?email=${encodeURIComponent(email)}`)],
  ['as a form sends it', text(new URLSearchParams({ email }).toString())],
  ['with spaces as a form sends it', text(new URLSearchParams({ phone }).toString())],
  ['in base64', text(text(email).toString('base64'))],
  ['in base64 of a longer text', text(text(`x:${email}:y`).toString('base64'))],
  ['in base64 of a still longer text', text(text(`id=${email};`).toString('base64'))],
  ['in base64url', text(text(`??>${email}`).toString('base64url'))],
  ['in hex', text(text(email).toString('hex'))],
  ['as PostgreSQL shows bytes', text(`\\x${text(`{"a":"${email}"}`).toString('hex').toUpperCase()}`)],
  ['in UTF-16', Buffer.from(email, 'utf16le')],
  ['in big-endian UTF-16', Buffer.from(email, 'utf16le').swap16()],
  ['as HTML', text(email.replace('@', '&#64;'))],
  ['backwards', text(Array.from(email.replaceAll('.', '')).reverse().join(''))],
  ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm): [string, Buffer][] => [
    [`as ${algorithm} in hex`, text(hashOf(algorithm, email.toLowerCase()).toString('hex'))],
    [`as ${algorithm} in hex capitals`, text(hashOf(algorithm, email).toString('hex').toUpperCase())],
    [`as ${algorithm} in base64`, text(hashOf(algorithm, email).toString('base64'))],
    [`as ${algorithm} bytes`, hashOf(algorithm, email.toUpperCase())],
  ]),
  ['packed with gzip', gzipSync(text(`row ${email}`))],
  ['packed with zlib', deflateSync(text(`row ${email}`))],
  ['packed with Zstandard', zstdCompressSync(text(`row ${email}`))],
  ['as a number without separators', text('"+447700900984"')],
  ['as a national number', text('tel=07700900984&')],
  ['as a number backwards', text('48900900770')],
  ['hashed without separators', text(hashOf('sha256', '+447700900984').toString('hex'))],
  ['as a token', text(token)],
  ['as a token in a UUID column', text('5F0C7A1B-E2D9-4C33-86F1-A0B2C3D4E5F6')],
  ['as a token in bytes', Buffer.from(token, 'hex')],
  ['as a token in base64', text(Buffer.from(token, 'hex').toString('base64'))],
  ['as a token in bytes that PostgreSQL shows', text(text(`"${token}"`).toString('hex'))],
];

describe('the scanner', () => {
  it.each(planted)('finds a value %s', (_, bytes) => {
    const packed = scanner.find(bytes);
    expect(packed).not.toEqual([]);
    // It also finds the value within other bytes, at any offset. A compressed stream has to fill its place.
    if (/packed/.test(_)) return;
    // Without zero bytes: a zero before UTF-16 would make it readable in the other byte order as well.
    const noise = randomBytes(1000).map((byte) => byte || 1);
    for (const before of [1, 2, 3, 500]) {
      expect(scanner.find(Buffer.concat([noise.subarray(0, before), bytes, noise]))).toEqual(packed);
    }
  });

  it('finds nothing in bytes without a needle', () => {
    const random = randomBytes(4 * 1024 * 1024);
    expect(scanner.find(random)).toEqual([]);
    expect(scanner.find(text(random.subarray(0, 1024 * 1024).toString('base64')))).toEqual([]);
    expect(scanner.find(text(random.subarray(0, 1024 * 1024).toString('hex')))).toEqual([]);
    expect(scanner.find(Buffer.alloc(0))).toEqual([]);
  });

  it('reports the label of a needle and never its value', () => {
    for (const [, bytes] of planted) {
      for (const label of scanner.find(bytes)) expect(label).not.toMatch(/quill|900984|5f0c/i);
    }
  });
});
