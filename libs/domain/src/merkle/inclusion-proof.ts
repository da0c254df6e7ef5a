import { nodeHash, sameHash, type TreeHash } from './tree-hashes.js';
import type { RangeHash, TreeRange } from './tree-ranges.js';

/**
 * Lists the subtrees whose roots prove that a leaf is in a tree, in the order of the proof (RFC 9162 §2.1.3.1).
 * @param index of the leaf, from 0.
 * @throws RangeError if the tree has no such leaf.
 */
export function inclusionRanges(index: number, size: number): TreeRange[] {
  if (index < 0 || index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const ranges: TreeRange[] = [];
  for (let start = 0, end = size; end - start > 1;) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return ranges;
}

export const inclusionProof = (index: number, size: number, hashOf: RangeHash): TreeHash[] =>
  inclusionRanges(index, size).map(hashOf);

/**
 * Whether the proof shows that `leaf` is at `index` in the tree with this size and root (RFC 9162 §2.1.3.2). Take size
 * and root from the same checkpoint: a root alone does not say how many leaves it covers.
 * @param leaf the hash of the leaf.
 */
export function verifyInclusion(
  leaf: TreeHash,
  index: number,
  size: number,
  proof: readonly TreeHash[],
  root: TreeHash,
): boolean {
  if (index < 0 || index >= size) return false;
  let [at, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(hash, root);
}

/** The largest power of two below `size`, which is at least 2. */
export function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
