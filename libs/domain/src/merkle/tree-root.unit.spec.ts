import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceLeaves } from './reference-leaves.testing.js';
import { TreeRoot } from './tree-root.js';

/** RFC 9162 §2.1.1, word for word, with k the largest power of two smaller than n. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => hash('sha256', Buffer.concat(parts), 'buffer');
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), first);
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

const treeOf = (leaves: readonly Uint8Array[]) => {
  const tree = new TreeRoot();
  for (const leaf of leaves) tree.add(leaf);
  return tree.hex();
};

describe('a tree root', () => {
  it('equals the reference roots of Certificate Transparency', () => {
    const roots = [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ];
    for (const [count, root] of roots.entries()) {
      expect(treeOf(referenceLeaves.slice(0, count))).toBe(root);
    }
  });

  it('equals the recursive definition for any leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 70 }), (leaves) => {
        expect(treeOf(leaves)).toBe(rootOf(leaves).toString('hex'));
      }),
    );
  });

  it('is the same after a resume from a frontier', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 70 }),
        fc.nat({ max: 70 }),
        (leaves, stop) => {
          const before = new TreeRoot();
          for (const leaf of leaves.slice(0, stop)) before.add(leaf);
          const after = TreeRoot.resume(before.size, before.frontier);
          for (const leaf of leaves.slice(stop)) after.add(leaf);
          expect(after.size).toBe(leaves.length);
          expect(after.hex()).toBe(treeOf(leaves));
        },
      ),
    );
  });

  it('refuses a frontier that does not fit the size, and a subtree that cannot begin there', () => {
    expect(() => TreeRoot.resume(3, [new Uint8Array(32)])).toThrow(
      'a tree of 3 leaves has 2 complete subtrees, not 1',
    );
    const tree = new TreeRoot();
    tree.add(Buffer.of(1));
    expect(() => tree.addSubtree(1, new Uint8Array(32))).toThrow(
      'no complete subtree of level 1 begins at leaf 1',
    );
  });
});
