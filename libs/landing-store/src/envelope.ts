import { createCipheriv, createDecipheriv, createSecretKey, KeyObject, randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { UploadId } from '@kinledger/contracts';
import { notAuthentic } from './errors.js';

/**
 * Envelope encryption of one file: a random data key seals its chunks, the key-encryption key (KEK) wraps that key
 * and the file's commitment seed. Everything here is synchronous and touches nothing but its arguments, so that a
 * worker thread can open chunks with a copied data key.
 */

declare const brand: unique symbol;
type Key<Name extends string> = Uint8Array & { readonly [brand]: Name };

/** 32 bytes from the secret store; never in a database, and as a KeyObject in no log. */
export type Kek = KeyObject & { readonly [brand]: 'Kek' };
/** 32 random bytes, one key per file. */
export type DataKey = Key<'DataKey'>;
/** 32 random bytes per file, from which its records' commitment salts come; dies with the file. */
export type CommitmentSeed = Key<'CommitmentSeed'>;

/** rows: what is to be pseudonymised; errors: the report for the provider. */
export type ChunkKind = 'rows' | 'errors';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws RangeError unless it is given exactly 32 bytes, or a secret key of as many. */
export function kekFrom(key: Uint8Array | KeyObject): Kek {
  const secret = key instanceof KeyObject ? key : createSecretKey(key);
  if (secret.symmetricKeySize !== KEY_BYTES) throw new RangeError('a key-encryption key has 32 bytes');
  return secret as Kek;
}

export const createDataKey = (): DataKey => randomBytes(KEY_BYTES) as Uint8Array as DataKey;
export const createCommitmentSeed = (): CommitmentSeed =>
  randomBytes(KEY_BYTES) as Uint8Array as CommitmentSeed;

/** The fastest level: rows shrink to a fifth, and what is sealed shrinks no more. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Packs and seals: IV (12 bytes) ‖ tag (16) ‖ ciphertext of a frame of Zstandard; bound to its upload, kind and number, so
 * that chunks cannot be swapped. Its length says roughly how much alike its rows are, and nothing else of them.
 */
export function sealChunk(
  dataKey: DataKey,
  upload: UploadId,
  n: number,
  plaintext: Uint8Array,
  kind: ChunkKind = 'rows',
): Uint8Array {
  return seal(dataKey, placeOf(kind, upload, n), zstdCompressSync(plaintext, FAST));
}

/** @throws NotAuthentic when the chunk was changed, is another one, or the key is another file's. */
export function openChunk(
  dataKey: DataKey,
  upload: UploadId,
  n: number,
  sealed: Uint8Array,
  kind: ChunkKind = 'rows',
): Uint8Array {
  // Authentic, and so no larger than what was packed.
  return zstdDecompressSync(open(dataKey, placeOf(kind, upload, n), sealed));
}

export const wrapDataKey = (kek: Kek, upload: UploadId, dataKey: DataKey): Uint8Array =>
  seal(kek, `data-key of upload ${upload}`, dataKey);

/** @throws NotAuthentic */
export const unwrapDataKey = (kek: Kek, upload: UploadId, wrapped: Uint8Array): DataKey =>
  open(kek, `data-key of upload ${upload}`, wrapped) as DataKey;

export const wrapCommitmentSeed = (kek: Kek, upload: UploadId, seed: CommitmentSeed): Uint8Array =>
  seal(kek, `commitment seed of upload ${upload}`, seed);

/** @throws NotAuthentic */
export const unwrapCommitmentSeed = (kek: Kek, upload: UploadId, wrapped: Uint8Array): CommitmentSeed =>
  open(kek, `commitment seed of upload ${upload}`, wrapped) as CommitmentSeed;

/** Also the associated data: a text that no two sealed things share. */
const placeOf = (kind: ChunkKind, upload: UploadId, n: number) => `${kind} chunk ${n} of upload ${upload}`;

const associated = (place: string) => Buffer.from(`kinledger landing 2: ${place}`);

function seal(key: Uint8Array | KeyObject, place: string, plaintext: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(place));
  const ciphertext = cipher.update(plaintext);
  const rest = cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext, rest]);
}

function open(key: Uint8Array | KeyObject, place: string, sealed: Uint8Array): Uint8Array {
  if (sealed.byteLength < IV_BYTES + TAG_BYTES) throw notAuthentic(place);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associated(place));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const plaintext = decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    throw notAuthentic(place);
  }
}
