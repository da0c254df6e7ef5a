import type { SubmissionId } from '@kinledger/contracts';
import { standing, type Standable } from './standing.js';

/** `replace` takes the place of everything for its dataset and period; `add` stands beside it. */
export type SubmitMode = 'replace' | 'add';

/** What identifies the content of a file, whoever sends it and when: its bytes, and the schema used to read it. */
export interface FileContent {
  readonly contentHash: string;
  readonly schemaHash: string;
}

export interface EarlierSubmission extends Standable, FileContent {
  readonly sequence: number;
}

/** The outcome of submitting a file, within its dataset and period. */
export type SubmissionPlan<S extends EarlierSubmission> =
  | {
      readonly kind: 'new';
      readonly sequence: number;
      /** Standing submissions first, by sequence; then all others that are not withdrawn, newest first. */
      readonly supersedes: readonly SubmissionId[];
    }
  /** The file already stands, so nothing would change. */
  | { readonly kind: 'repeated'; readonly of: S }
  /** With one more file beside those that stand, a later replacement could not name them all. */
  | { readonly kind: 'too-many' };

/** The same limit as that of `supersedes` in the contract of an accepted file. */
export const MAX_SUPERSEDED = 100;

/**
 * Decides the outcome of submitting a file.
 *
 * A file that already stands is not a new submission if it is added, or if it would replace only itself. A replacement
 * names every earlier submission that is not withdrawn, not only those that stand: a submission in between that is
 * parked replaces nothing in the ledger, and what it had replaced at intake must not count there again.
 * @param earlier every submission of the dataset and period, in sequence.
 */
export function planSubmission<S extends EarlierSubmission>(
  earlier: readonly S[],
  file: FileContent,
  mode: SubmitMode,
): SubmissionPlan<S> {
  const stand = standing(earlier);
  const same = stand.find(
    ({ contentHash, schemaHash }) => contentHash === file.contentHash && schemaHash === file.schemaHash,
  );
  if (same !== undefined && (mode === 'add' || stand.length === 1)) return { kind: 'repeated', of: same };
  if (mode === 'add' && stand.length >= MAX_SUPERSEDED) return { kind: 'too-many' };
  const sequence = Math.max(0, ...earlier.map((one) => one.sequence)) + 1;
  if (mode === 'add') return { kind: 'new', sequence, supersedes: [] };
  const others = earlier.filter((one) => !one.withdrawn && !stand.includes(one)).reverse();
  const supersedes = [...stand, ...others].slice(0, MAX_SUPERSEDED).map(({ submission }) => submission);
  return { kind: 'new', sequence, supersedes };
}
