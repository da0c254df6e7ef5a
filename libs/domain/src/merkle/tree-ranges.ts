import { joined, TreeRoot } from './tree-root.js';
import type { TreeHash } from './tree-hashes.js';

/** Neighbouring leaves, `end` not included. */
export interface TreeRange {
  readonly start: number;
  readonly end: number;
}

/** A subtree of 2^level leaves, the `index`-th of its level from the left. */
interface CompleteSubtree {
  readonly level: number;
  readonly index: number;
}

/** Tells the root of any range that a proof names. */
export type RangeHash = (range: TreeRange) => TreeHash;

/** The complete subtrees that leaves are made of, from left to right, each as large as it can be. */
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
 * Finds the hashes that proofs are made of in one pass over the leaves, whatever the tree's size: it holds what was asked
 * for and one hash per level.
 */
export class SubtreeHashes {
  readonly #tree = new TreeRoot();
  /** Levels that are wanted of the subtrees that end before a leaf. */
  readonly #wanted = new Map<number, Set<number>>();
  readonly #found = new Map<string, TreeHash>();

  /** @param ranges all that will be asked of `hashOf`. */
  constructor(ranges: Iterable<TreeRange>) {
    for (const range of ranges) {
      for (const { level, index } of completeSubtrees(range)) {
        const end = (index + 1) * 2 ** level;
        this.#wanted.set(end, (this.#wanted.get(end) ?? new Set()).add(level));
      }
    }
  }

  /** Takes the hash of the next leaf. */
  add(leaf: TreeHash): void {
    const end = this.#tree.size + 1;
    const levels = this.#wanted.get(end);
    if (levels === undefined) return this.#tree.addSubtree(0, leaf);
    this.#tree.addSubtree(0, leaf, (level, root) => {
      if (levels.has(level)) this.#found.set(keyOf({ level, index: end / 2 ** level - 1 }), root);
    });
  }

  /** @throws RangeError for a range that was not asked for, or whose leaves have not all come. */
  readonly hashOf: RangeHash = (range) =>
    joined(
      completeSubtrees(range).map((subtree) => {
        const hash = this.#found.get(keyOf(subtree));
        if (hash === undefined)
          throw new RangeError(`leaves ${range.start} to ${range.end - 1} are not known`);
        return hash;
      }),
    );
}

const keyOf = ({ level, index }: CompleteSubtree): string => `${level} ${index}`;
