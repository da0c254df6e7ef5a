import { hash } from 'node:crypto';
import { decodeBase64 } from './base64.js';

/** The public key that verifies signatures on notes: C2SP signed-note, “verifier keys”, for Ed25519. */
export interface VerifierKey {
  /** The signer's name. It contains no spaces or plus signs. */
  readonly name: string;
  /** The first 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), as 8 hex digits. */
  readonly id: string;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The signature type byte that precedes an Ed25519 public key. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;
const keyName = /^[^\s+\p{Cc}]+$/u;

/** Whether a name is allowed in a signature line. */
export const isKeyName = (name: string): boolean => keyName.test(name);

/** @param publicKey base64 of its 32 bytes, as in `ProgrammeDefined`. @throws TypeError for any other key, or a bad name. */
export function verifierKey(name: string, publicKey: string): VerifierKey {
  const bytes = decodeBase64(publicKey);
  if (bytes?.length !== PUBLIC_KEY_BYTES) throw new TypeError('expected the base64 of an Ed25519 public key');
  if (!isKeyName(name)) throw new TypeError(`“${name}” cannot be the name of a key`);
  return { name, id: keyId(name, bytes), publicKey: bytes };
}

/** Writes a key as `name+id+base64(0x01 ‖ public key)`. */
export const formatVerifierKey = ({ name, id, publicKey }: VerifierKey): string =>
  `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')}`;

/** Parses what `formatVerifierKey` writes. Returns undefined for anything else, including a key whose id does not match it. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = decodeBase64(base64);
  if (bytes?.length !== PUBLIC_KEY_BYTES + 1 || bytes[0] !== ED25519 || !isKeyName(name)) return undefined;
  const publicKey = bytes.subarray(1);
  return id === keyId(name, publicKey) ? { name, id, publicKey } : undefined;
}

const keyId = (name: string, publicKey: Uint8Array): string =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.of(ED25519), publicKey]),
    'hex',
  ).slice(0, 8);
