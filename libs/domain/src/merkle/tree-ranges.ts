import { joined, TreeRoot } from './tree-root.js';
import type { TreeHash } from './tree-hashes.js';

/** A run of adjacent leaves; `end` is exclusive. */
export interface TreeRange {
  readonly start: number;
  readonly end: number;
}

/** A complete subtree of 2^level leaves: the `index`-th on its level from the left, from 0. */
interface CompleteSubtree {
  readonly level: number;
  readonly index: number;
}

/** Returns the root over any range that a proof names. */
export type RangeHash = (range: TreeRange) => TreeHash;

/** Splits a range of leaves into complete subtrees, left to right, each as large as possible. */
export function completeSubtrees({ start, end }: TreeRange): CompleteSubtree[] {
  const subtrees: CompleteSubtree[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/**
 * Computes the hashes that proofs need in one pass over the leaves. Memory does not depend on the size of the tree: the
 * pass keeps the requested hashes and one hash per level.
 */
export class SubtreeHashes {
  readonly #tree = new TreeRoot();
  /** The requested levels of the complete subtrees, by the index after their last leaf. */
  readonly #wanted = new Map<number, Set<number>>();
  readonly #found = new Map<string, TreeHash>();

  /** @param ranges every range that the caller will pass to `hashOf`. */
  constructor(ranges: Iterable<TreeRange>) {
    for (const range of ranges) {
      for (const { level, index } of completeSubtrees(range)) {
        const end = (index + 1) * 2 ** level;
        this.#wanted.set(end, (this.#wanted.get(end) ?? new Set()).add(level));
      }
    }
  }

  /** Adds the hash of the next leaf. */
  add(leaf: TreeHash): void {
    const end = this.#tree.size + 1;
    const levels = this.#wanted.get(end);
    if (levels === undefined) return this.#tree.addSubtree(0, leaf);
    this.#tree.addSubtree(0, leaf, (level, root) => {
      if (levels.has(level)) this.#found.set(keyOf({ level, index: end / 2 ** level - 1 }), root);
    });
  }

  /** @throws RangeError for a range that was not requested, or whose leaves were not all added. */
  readonly hashOf: RangeHash = (range) =>
    joined(
      completeSubtrees(range).map((subtree) => {
        const hash = this.#found.get(keyOf(subtree));
        if (hash === undefined)
          throw new RangeError(
            `the root of leaves ${range.start} to ${range.end - 1} was not requested, or its leaves were not all added`,
          );
        return hash;
      }),
    );
}

const keyOf = ({ level, index }: CompleteSubtree): string => `${level} ${index}`;
