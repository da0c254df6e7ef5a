import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { isKeyName, type VerifierKey } from './verifier-key.js';

/** A text and its signatures, as in C2SP signed-note. */
export interface SignedNote {
  /** The signed text, including its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits that tell apart keys of the same name. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

const DASH = '\u2014';
const KEY_ID_BYTES = 4;
const control = /[\0-\x09\x0B-\x1F]/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Signs a text with an Ed25519 key.
 * @param text ends with a newline and holds no control character except newlines.
 * @param key the private key whose public key is in `verifier`.
 * @throws TypeError for a text that a note cannot hold.
 */
export function signNote(text: string, verifier: VerifierKey, key: KeyObject): string {
  if (!isNoteText(text))
    throw new TypeError('a note must end with a newline and contain no other control character');
  const signature = sign(null, Buffer.from(text, 'utf8'), key);
  const line = Buffer.concat([Buffer.from(verifier.id, 'hex'), signature]).toString('base64');
  return `${text}\n${DASH} ${verifier.name} ${line}\n`;
}

/** Parses a note; returns undefined if the bytes are not one. Verify its signatures with `isSignedBy`. */
export function parseNote(bytes: Uint8Array): SignedNote | undefined {
  const note = decoded(bytes);
  const border = note?.lastIndexOf('\n\n') ?? -1;
  if (note === undefined || border === -1 || !note.endsWith('\n') || border + 2 >= note.length)
    return undefined;
  const text = note.slice(0, border + 1);
  const lines = note.slice(border + 2, -1).split('\n');
  const signatures = lines.map(signatureOf);
  if (!isNoteText(text) || !signatures.every((signature) => signature !== undefined)) return undefined;
  return { text, signatures };
}

/** Whether the note carries at least one signature by this key and every signature by this key is valid. */
export function isSignedBy({ text, signatures }: SignedNote, { name, id, publicKey }: VerifierKey): boolean {
  const own = signatures.filter((signature) => signature.name === name && signature.keyId === id);
  if (own.length === 0) return false;
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  });
  return own.every(({ signature }) => verify(null, Buffer.from(text, 'utf8'), key, signature));
}

const isNoteText = (text: string): boolean => text.endsWith('\n') && !control.test(text);

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function signatureOf(line: string): NoteSignature | undefined {
  const [dash, name = '', base64 = '', ...more] = line.split(' ');
  const bytes = decodeBase64(base64);
  if (dash !== DASH || more.length > 0 || !isKeyName(name)) return undefined;
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return {
    name,
    keyId: Buffer.from(bytes.subarray(0, KEY_ID_BYTES)).toString('hex'),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}
