import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consistencyProof, consistencyRanges, verifyConsistency } from './consistency-proof.js';
import { inclusionProof, inclusionRanges, verifyInclusion } from './inclusion-proof.js';
import { referenceLeaves } from './reference-leaves.testing.js';
import { hashHex, leafHash, nodeHash, type TreeHash } from './tree-hashes.js';
import { SubtreeHashes, type TreeRange } from './tree-ranges.js';
import { TreeRoot } from './tree-root.js';

/** A tree that holds all its leaves and computes each root from the definition. */
class WholeTree {
  readonly #roots = new Map<string, TreeHash>();
  constructor(readonly leaves: readonly TreeHash[]) {}

  readonly hashOf = ({ start, end }: TreeRange): TreeHash => {
    if (end - start === 1) return this.leaves[start]!;
    const key = `${start} ${end}`;
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const middle = start + 2 ** Math.floor(Math.log2(end - start - 1));
    const root = nodeHash(this.hashOf({ start, end: middle }), this.hashOf({ start: middle, end }));
    this.#roots.set(key, root);
    return root;
  };

  headOf = (size: number) => ({
    size,
    root: size === 0 ? new TreeRoot().root() : this.hashOf({ start: 0, end: size }),
  });
}

const treeOf = (size: number) =>
  new WholeTree(Array.from({ length: size }, (_, index) => leafHash(Buffer.from(`leaf ${index}`))));
const reference = new WholeTree(referenceLeaves.map(leafHash));
const hex = (proof: readonly TreeHash[]) => proof.map(hashHex);

const n1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const n23 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const n4567 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const n4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const n67 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const n0123 = 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7';
const n01 = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125';
const n0 = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';
const n45 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';

const flipped = (hash: TreeHash, bit: number): TreeHash => {
  const copy = Buffer.from(hash);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};
/** Every proof that differs from the given one by a flipped bit, a missing hash or an extra hash. */
const spoilt = (proof: readonly TreeHash[], bit: number): TreeHash[][] => [
  ...proof.map((hash, at) => proof.with(at, flipped(hash, bit))),
  ...proof.map((_, at) => proof.toSpliced(at, 1)),
  [...proof, leafHash(Buffer.of())],
];

describe('an inclusion proof', () => {
  it.each([
    [0, 1, []],
    [0, 8, [n1, n23, n4567]],
    [5, 8, [n4, n67, n0123]],
    [2, 3, [n01]],
    [1, 5, [n0, n23, n4]],
  ])('equals the reference proof of Certificate Transparency for leaf %i of %i', (index, size, expected) => {
    const proof = inclusionProof(index, size, reference.hashOf);
    expect(hex(proof)).toEqual(expected);
    expect(verifyInclusion(reference.leaves[index]!, index, size, proof, reference.headOf(size).root)).toBe(
      true,
    );
  });

  it('verifies for every leaf of every tree up to 64 leaves, and for no other leaf, index or size', () => {
    const tree = treeOf(64);
    const wrong: string[] = [];
    for (let size = 1; size <= 64; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(index, size, tree.hashOf);
        const verify = (leaf: number, at: number, of: number) =>
          verifyInclusion(tree.leaves[leaf]!, at, of, proof, tree.headOf(of).root);
        if (!verify(index, index, size)) wrong.push(`leaf ${index} of ${size} is refused`);
        for (let other = 0; other < size; other += 1) {
          if (other === index) continue;
          if (verify(index, other, size)) wrong.push(`leaf ${index} of ${size} stands at ${other}`);
          if (verify(other, index, size)) wrong.push(`leaf ${other} of ${size} stands at ${index}`);
        }
        for (const of of [size - 1, size + 1, 2 * size]) {
          if (of > index && of <= 64 && verify(index, index, of))
            wrong.push(`leaf ${index} of ${size} is of ${of}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('does not verify after a bit flip, or with a hash missing or added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(), fc.nat({ max: 255 }), (size, some, bit) => {
        const index = some % size;
        const { root } = large.headOf(size);
        const proof = inclusionProof(index, size, large.hashOf);
        const leaf = large.leaves[index]!;
        expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
        expect(verifyInclusion(flipped(leaf, bit), index, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof, flipped(root, bit))).toBe(false);
        for (const wrong of spoilt(proof, bit))
          expect(verifyInclusion(leaf, index, size, wrong, root)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('does not exist for a leaf outside the tree', () => {
    expect(() => inclusionRanges(3, 3)).toThrow('a tree of 3 leaves has no leaf 3');
    expect(verifyInclusion(reference.leaves[0]!, 1, 1, [], reference.headOf(1).root)).toBe(false);
    expect(verifyInclusion(reference.leaves[0]!, -1, 1, [], reference.headOf(1).root)).toBe(false);
  });
});

const large = treeOf(10_000);

describe('a consistency proof', () => {
  it.each([
    [1, 1, []],
    [1, 8, [n1, n23, n4567]],
    [6, 8, [n45, n67, n0123]],
    [2, 5, [n23, n4]],
  ])(
    'equals the reference proof of Certificate Transparency from %i to %i leaves',
    (first, second, expected) => {
      const proof = consistencyProof(first, second, reference.hashOf);
      expect(hex(proof)).toEqual(expected);
      expect(verifyConsistency(reference.headOf(first), reference.headOf(second), proof)).toBe(true);
    },
  );

  it('verifies between all sizes up to 64, and between no other pair of trees', () => {
    const tree = treeOf(65);
    for (let second = 0; second <= 64; second += 1) {
      for (let first = 0; first <= second; first += 1) {
        const proof = consistencyProof(first, second, tree.hashOf);
        const [older, newer] = [tree.headOf(first), tree.headOf(second)];
        expect(verifyConsistency(older, newer, proof)).toBe(true);
        if (first === 0) continue;
        if (first < second) {
          expect(verifyConsistency(tree.headOf(first - 1), newer, proof)).toBe(false);
          expect(verifyConsistency(newer, older, proof)).toBe(false);
          expect(verifyConsistency({ ...older, root: newer.root }, newer, proof)).toBe(false);
        }
        expect(verifyConsistency(older, tree.headOf(second + 1), proof)).toBe(false);
        expect(verifyConsistency(older, { ...newer, root: flipped(newer.root, 7) }, proof)).toBe(false);
        expect(verifyConsistency({ ...older, root: flipped(older.root, 7) }, newer, proof)).toBe(false);
      }
    }
  });

  it('verifies between sizes up to 10,000, but not after a bit flip or with a hash missing or added', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat(),
        fc.nat({ max: 255 }),
        (second, some, bit) => {
          const first = (some % second) + 1;
          const [older, newer] = [large.headOf(first), large.headOf(second)];
          const proof = consistencyProof(first, second, large.hashOf);
          expect(verifyConsistency(older, newer, proof)).toBe(true);
          for (const wrong of spoilt(proof, bit)) expect(verifyConsistency(older, newer, wrong)).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('does not verify against a rewritten history', () => {
    const rewritten = new WholeTree(large.leaves.slice(0, 100).with(40, leafHash(Buffer.from('another'))));
    const proof = consistencyProof(64, 100, rewritten.hashOf);
    expect(verifyConsistency(large.headOf(64), rewritten.headOf(100), proof)).toBe(false);
  });

  it('does not exist towards a smaller tree', () => {
    expect(() => consistencyRanges(3, 2)).toThrow('3 leaves do not begin a tree of 2');
  });
});

describe('SubtreeHashes', () => {
  it('finds every hash of a proof in one pass over the leaves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), (size, one, other) => {
        const [index, first] = [one % size, (other % size) + 1];
        const ranges = [...inclusionRanges(index, size), ...consistencyRanges(first, size)];
        const pass = new SubtreeHashes(ranges);
        for (const leaf of large.leaves.slice(0, size)) pass.add(leaf);
        expect(ranges.map(pass.hashOf).map(hashHex)).toEqual(ranges.map(large.hashOf).map(hashHex));
      }),
    );
  });

  it('refuses a range that was not requested', () => {
    const pass = new SubtreeHashes([{ start: 0, end: 2 }]);
    for (const leaf of large.leaves.slice(0, 8)) pass.add(leaf);
    expect(hashHex(pass.hashOf({ start: 0, end: 2 }))).toBe(hashHex(large.headOf(2).root));
    expect(() => pass.hashOf({ start: 2, end: 4 })).toThrow('the root of leaves 2 to 3 was not requested');
  });
});
