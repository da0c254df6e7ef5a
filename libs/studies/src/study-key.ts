import { createHmac, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const BLOCK_BYTES = 64;

/** The key of a study’s pseudonyms. Who has destroyed it can neither relate them to anybody nor make them again. */
export const newStudyKey = (): Buffer => randomBytes(KEY_BYTES);

/** The two keyed blocks of HMAC-SHA256 (RFC 2104), for a database that computes SHA-256 but no HMAC. */
export interface HmacBlocks {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

export function hmacBlocks(key: Uint8Array): HmacBlocks {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key);
  return {
    inner: Buffer.from(block.map((byte) => byte ^ 0x36)),
    outer: Buffer.from(block.map((byte) => byte ^ 0x5c)),
  };
}

/**
 * SQL of the pseudonym of an id: 32 hex digits of HMAC-SHA256 of its kind and its 16 bytes under the study’s key.
 * @param inner @param outer SQL of the blocks, of type bytea.
 */
export const pseudonymSql = (
  kind: 'individual' | 'family',
  id: string,
  { inner, outer }: { readonly inner: string; readonly outer: string },
): string =>
  `encode(substr(sha256(${outer} || sha256(${inner} || '${kind} '::bytea || uuid_send(${id}))), 1, 16), 'hex')`;

/** The same of one id, 32 hex digits. */
export const pseudonymOf = (key: Uint8Array, kind: 'individual' | 'family', id: string): string =>
  createHmac('sha256', key).update(`${kind} `).update(Buffer.from(id, 'hex')).digest('hex').slice(0, 32);
