import type { KeyObject } from 'node:crypto';
import type { TreeHead } from '../merkle/index.js';
import { decodeBase64 } from './base64.js';
import { parseNote, signNote, type SignedNote } from './signed-note.js';
import type { VerifierKey } from './verifier-key.js';

/** What the writer of a ledger signs: how many events there are, and the root of the tree over them. */
export interface Checkpoint extends TreeHead {
  /** Which ledger. */
  readonly origin: string;
  /** Further lines, which are signed too; ours have none. */
  readonly extensions: readonly string[];
}

const HASH_BYTES = 32;

/** The origin line of a stream's checkpoints, and the name of the key that signs them. */
export const originOf = (stream: string): string => `kinledger/${stream}`;

/** A checkpoint as a C2SP tlog-checkpoint: a signed note of origin, size and root, a line each. */
export const signCheckpoint = (
  { origin, size, root }: Omit<Checkpoint, 'extensions'>,
  verifier: VerifierKey,
  key: KeyObject,
): string => signNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, verifier, key);

/** Reads a checkpoint; undefined for bytes that are none. Whoever reads it looks at its signatures too. */
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
