import { largestPowerBelow } from './inclusion-proof.js';
import { emptyRoot, nodeHash, sameHash, type TreeHash } from './tree-hashes.js';
import type { RangeHash, TreeRange } from './tree-ranges.js';

/** The size of a tree in leaves, and its root: what a checkpoint states. */
export interface TreeHead {
  readonly size: number;
  readonly root: TreeHash;
}

/**
 * Lists the subtrees whose roots prove that the tree of the first `first` leaves is a prefix of the tree of `second`
 * leaves, in the order of the proof (RFC 9162 §2.1.4.1). The list is empty if there is nothing to prove: `first` is 0,
 * or the two sizes are equal.
 * @throws RangeError if `first` is negative or larger than `second`.
 */
export function consistencyRanges(first: number, second: number): TreeRange[] {
  if (first < 0 || first > second) throw new RangeError(`${first} leaves do not begin a tree of ${second}`);
  if (first === 0 || first === second) return [];
  const ranges: TreeRange[] = [];
  let [start, end] = [0, second];
  // The loop ends at a subtree that is a suffix of the first tree. If that subtree is the whole first tree, the
  // verifier already has its root.
  while (first !== end) {
    const middle = start + largestPowerBelow(end - start);
    if (first <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  if (start !== 0) ranges.unshift({ start, end });
  return ranges;
}

export const consistencyProof = (first: number, second: number, hashOf: RangeHash): TreeHash[] =>
  consistencyRanges(first, second).map(hashOf);

/** Whether the proof shows that the first tree is a prefix of the second (RFC 9162 §2.1.4.2). */
export function verifyConsistency(first: TreeHead, second: TreeHead, proof: readonly TreeHash[]): boolean {
  if (first.size > second.size) return false;
  if (first.size === 0) return proof.length === 0 && sameHash(first.root, emptyRoot());
  if (first.size === second.size) return proof.length === 0 && sameHash(first.root, second.root);
  const [start, ...rest] = isPowerOfTwo(first.size) ? [first.root, ...proof] : proof;
  if (start === undefined) return false;
  let [at, last] = [first.size - 1, second.size - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  let [firstRoot, secondRoot] = [start, start];
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      firstRoot = nodeHash(hash, firstRoot);
      secondRoot = nodeHash(hash, secondRoot);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      secondRoot = nodeHash(secondRoot, hash);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(firstRoot, first.root) && sameHash(secondRoot, second.root);
}

const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size));
