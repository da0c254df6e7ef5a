import { emptyRoot, hashHex, leafHash, nodeHash, type TreeHash } from './tree-hashes.js';

/** Is called for each complete subtree that a leaf finishes, the leaf itself (level 0) first. */
export type SubtreeVisitor = (level: number, root: TreeHash) => void;

/**
 * The Merkle tree of RFC 9162 §2.1.1 over the added leaves, in order of addition. It keeps one hash per level: a
 * million leaves need twenty hashes.
 */
export class TreeRoot {
  /** Roots of the complete subtrees with their levels, largest first. */
  readonly #complete: { readonly level: number; readonly root: TreeHash }[] = [];
  #size = 0;

  /**
   * Continues a tree after its last leaf.
   * @param frontier the `frontier` of that tree.
   * @throws RangeError if a tree of that size has another number of complete subtrees.
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

  /** The number of leaves added so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Roots of the complete subtrees that cover the leaves so far, left to right: with `size`, all that `resume` needs.
   */
  get frontier(): readonly TreeHash[] {
    return this.#complete.map(({ root }) => root);
  }

  add(leaf: Uint8Array): void {
    this.addSubtree(0, leafHash(leaf));
  }

  /**
   * Adds 2^level leaves at once, given the root of their subtree.
   * @throws RangeError if no complete subtree of that level can begin at the current size.
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

/** The root over adjacent complete subtrees, each larger than the next. @throws RangeError for an empty list. */
export function joined(subtrees: readonly TreeHash[]): TreeHash {
  const last = subtrees.at(-1);
  if (last === undefined) throw new RangeError('an empty list of subtrees has no root');
  return subtrees.slice(0, -1).reduceRight((root, left) => nodeHash(left, root), last);
}

/** The levels of the complete subtrees that make up a tree of `size` leaves, largest first. */
function levelsOf(size: number): number[] {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RangeError(`${size} is not a valid number of leaves`);
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}
