import { createHash } from 'node:crypto';

/** A byte sequence that must not be found, with a label for its value. */
export interface Needle {
  /** Which value in which form, e.g. `email, base64`. Never the value: labels are printed. */
  readonly label: string;
  readonly bytes: Buffer;
  /** Whether to ignore the case of ASCII letters; `bytes` are then in lower case. */
  readonly anyCase: boolean;
}

/** Shorter sequences occur by chance in megabytes of random bytes. */
const SHORTEST = 6;

/** Every form in which a text is usually written, stored, sent or hashed without a key. */
export function needlesOf(name: string, spellings: readonly string[]): readonly Needle[] {
  const texts = new Map<string, string>();
  for (const spelling of spellings) {
    const compact = spelling.replace(/[\s().-]/g, '');
    texts.set(spelling, 'as written');
    if (!texts.has(compact)) texts.set(compact, 'without separators');
    const reversed = Array.from(compact).reverse().join('');
    if (!texts.has(reversed)) texts.set(reversed, 'reversed');
  }
  const found = [...texts].flatMap(([text, how]) =>
    formsOf(text).map((form) => ({ ...form, label: `${name}, ${how}, ${form.label}` })),
  );
  return distinct(found);
}

/** Forms of a token or a key, given as hex digits. */
export function needlesOfHex(name: string, hex: string): readonly Needle[] {
  const bytes = Buffer.from(hex, 'hex');
  const uuid = hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return distinct([
    ...digestForms(name, bytes),
    { label: `${name}, as a UUID`, bytes: Buffer.from(uuid), anyCase: true },
    // As a column of little-endian 32-bit numbers holds it.
    { label: `${name}, as numbers`, bytes: Buffer.from(bytes).swap32(), anyCase: false },
  ]);
}

function formsOf(text: string): Needle[] {
  const cases = [...new Set([text, text.toLowerCase(), text.toUpperCase()])];
  const folded = (label: string, encoded: string | Buffer): Needle => ({
    label,
    bytes: Buffer.from(foldCase(Buffer.isBuffer(encoded) ? encoded : Buffer.from(encoded))),
    anyCase: true,
  });
  const each = (letter: (code: number) => string) =>
    Array.from(text)
      .map((character) => letter(character.charCodeAt(0)))
      .join('');
  return [
    folded('plain', text),
    folded('UTF-16 LE', Buffer.from(text, 'utf16le')),
    folded('UTF-16 BE', Buffer.from(text, 'utf16le').swap16()),
    folded('URL', encodeURIComponent(text)),
    folded('form', new URLSearchParams({ '': text }).toString().slice(1)),
    folded(
      'URL, every byte',
      each((code) => `%${code.toString(16).padStart(2, '0')}`),
    ),
    folded('JSON', JSON.stringify(text).slice(1, -1)),
    folded(
      'JSON, every character',
      each((code) => `\\u${code.toString(16).padStart(4, '0')}`),
    ),
    folded(
      'HTML, every character',
      each((code) => `&#${code};`),
    ),
    folded(
      'HTML',
      text.replace(/[&<>"'@]/g, (mark) => `&#${mark.charCodeAt(0)};`),
    ),
    ...cases.flatMap((written) => {
      const bytes = Buffer.from(written);
      return [
        folded('hex', bytes.toString('hex')),
        ...base64Of(bytes),
        ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) => {
          const digest = createHash(algorithm).update(written).digest();
          return digestForms(algorithm, digest);
        }),
      ];
    }),
  ];
}

/** A digest as text in hex, as the hex of that text, in base64 and as bytes. */
export const digestForms = (label: string, digest: Buffer): Needle[] => [
  { label: `${label}, hex`, bytes: Buffer.from(digest.toString('hex')), anyCase: true },
  // PostgreSQL writes bytes that hold text as the hex digits of that text.
  ...[digest.toString('hex'), digest.toString('hex').toUpperCase()].map((text) => ({
    label: `${label}, hex of its hex`,
    bytes: Buffer.from(Buffer.from(text).toString('hex')),
    anyCase: true,
  })),
  ...base64Of(digest, label),
  { label: `${label}, bytes`, bytes: digest, anyCase: false },
];

/** Base64 and base64url at each of the three alignments within a longer text. */
function base64Of(bytes: Buffer, name?: string): Needle[] {
  const prefix = name === undefined ? '' : `${name}, `;
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Only the letters that depend on these bytes alone, not those shared with neighbouring bytes.
    const own = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    return [
      { label: `${prefix}base64`, bytes: Buffer.from(own), anyCase: false },
      {
        label: `${prefix}base64url`,
        bytes: Buffer.from(own.replaceAll('+', '-').replaceAll('/', '_')),
        anyCase: false,
      },
    ];
  });
}

/** A copy with ASCII letters in lower case. */
export function foldCase(bytes: Uint8Array): Uint8Array {
  const folded = Uint8Array.from(bytes);
  for (let index = 0; index < folded.length; index += 1) {
    const byte = folded[index] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) folded[index] = byte + 0x20;
  }
  return folded;
}

function distinct(needles: readonly Needle[]): readonly Needle[] {
  const byBytes = new Map<string, Needle>();
  for (const needle of needles) {
    if (needle.bytes.length < SHORTEST) continue;
    const key = `${needle.anyCase} ${needle.bytes.toString('latin1')}`;
    if (!byBytes.has(key)) byBytes.set(key, needle);
  }
  return [...byBytes.values()];
}
