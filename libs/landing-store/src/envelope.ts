import { createCipheriv, createDecipheriv, createSecretKey, KeyObject, randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { UploadId } from '@kinledger/contracts';
import { notAuthentic } from './errors.js';

/**
 * Envelope encryption of one file: a random data key seals its chunks; the key-encryption key (KEK) wraps that key and
 * the file's commitment seed. All functions are synchronous and pure apart from randomness, so that a worker thread can
 * open chunks with a copied data key.
 */

declare const brand: unique symbol;
type Key<Name extends string> = Uint8Array & { readonly [brand]: Name };

/** 32 bytes from the secret store; never in a database, and as a KeyObject never in a log. */
export type Kek = KeyObject & { readonly [brand]: 'Kek' };
/** 32 random bytes, one key per file. */
export type DataKey = Key<'DataKey'>;
/** 32 random bytes per file, from which the commitment salts of its records are derived; deleted with the file. */
export type CommitmentSeed = Key<'CommitmentSeed'>;

/** rows: the rows to pseudonymise; errors: the error report for the provider. */
export type ChunkKind = 'rows' | 'errors';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws RangeError unless the key has exactly 32 bytes. */
export function kekFrom(key: Uint8Array | KeyObject): Kek {
  const secret = key instanceof KeyObject ? key : createSecretKey(key);
  if (secret.symmetricKeySize !== KEY_BYTES) throw new RangeError('a key-encryption key must have 32 bytes');
  return secret as Kek;
}

export const createDataKey = (): DataKey => randomBytes(KEY_BYTES) as Uint8Array as DataKey;
export const createCommitmentSeed = (): CommitmentSeed =>
  randomBytes(KEY_BYTES) as Uint8Array as CommitmentSeed;

/** The fastest level, which compresses rows to a fifth; sealed bytes no longer compress. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Compresses and seals: IV (12 bytes) ‖ tag (16) ‖ ciphertext of a Zstandard frame. Bound to its upload, kind and
 * number, so that chunks cannot be swapped. The length reveals roughly how similar the rows are, and nothing else.
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

/** @throws NotAuthentic if the chunk was changed or is another one, or the key belongs to another file. */
export function openChunk(
  dataKey: DataKey,
  upload: UploadId,
  n: number,
  sealed: Uint8Array,
  kind: ChunkKind = 'rows',
): Uint8Array {
  // The chunk is authentic, and so is no larger than what was compressed.
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

/** Something sealed by itself, under a key of its own. */
export interface SealedAlone {
  readonly wrappedDataKey: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Seals what a request says of a person; bound to the request. */
export function sealPersonRequest(kek: Kek, request: string, plaintext: Uint8Array): SealedAlone {
  const dataKey = createDataKey();
  return {
    wrappedDataKey: seal(kek, `data-key of person request ${request}`, dataKey),
    sealed: seal(dataKey, `person request ${request}`, plaintext),
  };
}

/** @throws NotAuthentic */
export const openPersonRequest = (
  kek: Kek,
  request: string,
  { wrappedDataKey, sealed }: SealedAlone,
): Uint8Array =>
  open(
    open(kek, `data-key of person request ${request}`, wrappedDataKey),
    `person request ${request}`,
    sealed,
  );

/** Also the associated data: a text that is unique to each sealed value. */
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
