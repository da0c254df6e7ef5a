import type { SubmissionId } from '@kinledger/contracts';
import { standing, type Standable } from './standing.js';

/** replace: takes the place of everything of its dataset and period; add: stands beside it. */
export type SubmitMode = 'replace' | 'add';

/** What a file is, whoever sends it and when: its bytes, and the schema that it was read by. */
export interface FileContent {
  readonly contentHash: string;
  readonly schemaHash: string;
}

export interface EarlierSubmission extends Standable, FileContent {
  readonly sequence: number;
}

/** What submitting a file comes to, within its dataset and period. */
export type SubmissionPlan<S extends EarlierSubmission> =
  | {
      readonly kind: 'new';
      readonly sequence: number;
      /** Those that stand first, in sequence, then others that are not withdrawn, the newest first. */
      readonly supersedes: readonly SubmissionId[];
    }
  /** Nothing would change: the file stands already. */
  | { readonly kind: 'repeated'; readonly of: S }
  /** With one more beside those that stand, a later replacement could not name them all. */
  | { readonly kind: 'too-many' };

/** As `supersedes` of a file that was accepted, in the contracts. */
export const MAX_SUPERSEDED = 100;

/**
 * Decides what submitting a file comes to.
 *
 * A file that stands already is no new submission if it is added, or if it replaces nothing but itself. A replacement
 * names everything before it that is not withdrawn, not only what stands: a submission between that could not be
 * processed is never in the ledger, and what that one had replaced must not come back there.
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
