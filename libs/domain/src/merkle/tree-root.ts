import { emptyRoot, hashHex, leafHash, nodeHash, type TreeHash } from './tree-hashes.js';

/** Told of every complete subtree that a leaf finishes, the leaf itself (level 0) first. */
export type SubtreeVisitor = (level: number, root: TreeHash) => void;

/**
 * The RFC 9162 §2.1.1 tree whose leaves are what is added, in that order: taken up leaf by leaf with one hash held per
 * level, so that a million leaves take twenty hashes.
 */
export class TreeRoot {
  /** Roots of complete subtrees, the largest first; each is held at its level. */
  readonly #complete: { readonly level: number; readonly root: TreeHash }[] = [];
  #size = 0;

  /**
   * Goes on behind the leaves of another tree.
   * @param frontier what `frontier` of that tree gave.
   * @throws RangeError where a tree of that size has another number of complete subtrees.
   */
  static resume(size: number, frontier: readonly TreeHash[]): TreeRoot {
    const tree = new TreeRoot();
    const levels = levelsOf(size);
    if (levels.length !== frontier.length) {
      throw new RangeError(
        `a tree of ${size} leaves has ${levels.length} complete subtrees, not ${frontier.length}`,
      );
    }
    for (const [index, root] of frontier.entries()) tree.#complete.push({ level: levels[index] ?? 0, root });
    tree.#size = size;
    return tree;
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /** Roots of the complete subtrees that cover the leaves so far, from left to right: all that `resume` needs. */
  get frontier(): readonly TreeHash[] {
    return this.#complete.map(({ root }) => root);
  }

  add(leaf: Uint8Array): void {
    this.addSubtree(0, leafHash(leaf));
  }

  /**
   * Adds 2^level leaves at once, by the root of their subtree.
   * @throws RangeError where no complete subtree of that size can begin.
   */
  addSubtree(level: number, hash: TreeHash, visit?: SubtreeVisitor): void {
    if (this.#size % 2 ** level !== 0) {
      throw new RangeError(`no complete subtree of level ${level} begins at leaf ${this.#size}`);
    }
    this.#size += 2 ** level;
    let at = level;
    let root = hash;
    visit?.(at, root);
    for (let left = this.#complete.at(-1); left?.level === at; left = this.#complete.at(-1)) {
      this.#complete.pop();
      root = nodeHash(left.root, root);
      at += 1;
      visit?.(at, root);
    }
    this.#complete.push({ level: at, root });
  }

  root(): TreeHash {
    return this.#complete.length === 0 ? emptyRoot() : joined(this.frontier);
  }

  /** The root as 64 hex digits. */
  hex(): string {
    return hashHex(this.root());
  }
}

/** The root over neighbouring complete subtrees, of which each is larger than the next. @throws RangeError for none. */
export function joined(subtrees: readonly TreeHash[]): TreeHash {
  const last = subtrees.at(-1);
  if (last === undefined) throw new RangeError('no subtree has no root');
  return subtrees.slice(0, -1).reduceRight((root, left) => nodeHash(left, root), last);
}

/** Levels of the complete subtrees that a tree of so many leaves is made of, the largest first. */
function levelsOf(size: number): number[] {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is no number of leaves`);
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}
