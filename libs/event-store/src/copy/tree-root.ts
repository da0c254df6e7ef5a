import { hash } from 'node:crypto';

/**
 * The root of the RFC 9162 §2.1.1 tree whose leaves are what is added, in that order: SHA-256, taken up leaf by leaf
 * with one node held per level.
 */
export class TreeRoot {
  /** Roots of complete subtrees, the largest first; each is held at its level. */
  readonly #complete: { readonly level: number; readonly root: Buffer }[] = [];

  add(leaf: Uint8Array): void {
    let level = 0;
    let root: Buffer = hash('sha256', Buffer.concat([LEAF, leaf]), 'buffer');
    for (let left = this.#complete.at(-1); left?.level === level; left = this.#complete.at(-1)) {
      this.#complete.pop();
      root = nodeOf(left.root, root);
      level += 1;
    }
    this.#complete.push({ level, root });
  }

  /** 64 hex digits; the hash of nothing for no leaves. */
  hex(): string {
    const [last, ...larger] = this.#complete.toReversed();
    if (last === undefined) return hash('sha256', '', 'hex');
    return larger.reduce((root, left) => nodeOf(left.root, root), last.root).toString('hex');
  }
}

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const nodeOf = (left: Buffer, right: Buffer): Buffer =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
