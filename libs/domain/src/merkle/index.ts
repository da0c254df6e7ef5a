export * from './consistency-proof.js';
export { inclusionProof, inclusionRanges, verifyInclusion } from './inclusion-proof.js';
export { hashHex, leafHash, sameHash, type TreeHash } from './tree-hashes.js';
export { completeSubtrees, SubtreeHashes, type RangeHash, type TreeRange } from './tree-ranges.js';
export { TreeRoot } from './tree-root.js';
