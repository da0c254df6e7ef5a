import type { KeyObject } from 'node:crypto';
import type { TreeHead } from '../merkle/index.js';
import { decodeBase64 } from './base64.js';
import { parseNote, signNote, type SignedNote } from './signed-note.js';
import type { VerifierKey } from './verifier-key.js';

/** What the writer of a ledger signs: how many events there are, and the root of the tree over them. */
export interface Checkpoint extends TreeHead {
  /** Names the ledger: what `originOf` returns for its stream. */
  readonly origin: string;
  /** Extension lines, which the signature also covers. Kinledger writes none. */
  readonly extensions: readonly string[];
}

const HASH_BYTES = 32;

/** The origin line of a stream's checkpoints, which is also the name of the key that signs them. */
export const originOf = (stream: string): string => `kinledger/${stream}`;

/** Signs a checkpoint as a C2SP tlog-checkpoint: a signed note with one line each for origin, size and root. */
export const signCheckpoint = (
  { origin, size, root }: Omit<Checkpoint, 'extensions'>,
  verifier: VerifierKey,
  key: KeyObject,
): string => signNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, verifier, key);

/**
 * Parses a checkpoint; returns undefined if the bytes are not one. It does not verify signatures: the caller must do that
 * with `isSignedBy`.
 */
export function parseCheckpoint(
  bytes: Uint8Array,
): { readonly checkpoint: Checkpoint; readonly note: SignedNote } | undefined {
  const note = parseNote(bytes);
  if (note === undefined) return undefined;
  const [origin = '', digits = '', base64 = '', ...extensions] = note.text.slice(0, -1).split('\n');
  const root = decodeBase64(base64);
  const size = Number(digits);
  if (origin === '' || !/^(0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(size)) return undefined;
  if (root?.length !== HASH_BYTES || extensions.includes('')) return undefined;
  return { checkpoint: { origin, size, root, extensions }, note };
}
