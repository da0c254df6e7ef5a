import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { originOf } from './checkpoint.js';

/** A key that signs checkpoints, and the position of the event from which on it does. */
export interface SigningKeyInForce {
  readonly from: number;
  /** Base64 of its 32 bytes, as events name it. */
  readonly publicKey: string;
}

/** What the old key signs: which ledger has which key from which position on. */
export interface KeyChange extends SigningKeyInForce {
  readonly stream: string;
}

/** The first line of what is signed. No checkpoint begins with it, so that neither can be taken for the other. */
const PURPOSE = 'kinledger signing key change';

const textOf = ({ stream, from, publicKey }: KeyChange): Buffer =>
  Buffer.from(`${PURPOSE}\n${originOf(stream)}\n${from}\n${publicKey}\n`, 'utf8');

/** Signs a change of key. @param previous the private key that was in force. @returns base64 of the 64 bytes. */
export const signKeyChange = (change: KeyChange, previous: KeyObject): string =>
  sign(null, textOf(change), previous).toString('base64');

/** Whether a change is signed by the key that was in force before it. */
export function isKeyChangeSigned(change: KeyChange, signature: string, previous: string): boolean {
  const [bytes, key] = [decodeBase64(signature), decodeBase64(previous)];
  if (bytes === undefined || key === undefined) return false;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
  try {
    return verify(null, textOf(change), createPublicKey({ key: jwk, format: 'jwk' }), bytes);
  } catch {
    // No key has these bytes.
    return false;
  }
}

/** The key that signs a checkpoint of this size: the one in force at the last event that the checkpoint is about. */
export const keyForSize = <Key extends { readonly from: number }>(
  keys: readonly Key[],
  size: number,
): Key | undefined => keys.findLast(({ from }) => from < Math.max(size, 1));
