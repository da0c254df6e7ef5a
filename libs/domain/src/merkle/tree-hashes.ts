import { hash } from 'node:crypto';

/** SHA-256 of a node of the tree, 32 bytes. */
export type TreeHash = Uint8Array;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** RFC 9162 §2.1.1: SHA-256(0x00 ‖ leaf). */
export const leafHash = (leaf: Uint8Array): TreeHash => hash('sha256', Buffer.concat([LEAF, leaf]), 'buffer');

/** RFC 9162 §2.1.1: SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: TreeHash, right: TreeHash): TreeHash =>
  hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');

/** The root of the empty tree: SHA-256 of the empty string. */
export const emptyRoot = (): TreeHash => hash('sha256', '', 'buffer');

export const sameHash = (one: TreeHash, other: TreeHash): boolean => Buffer.compare(one, other) === 0;

export const hashHex = (treeHash: TreeHash): string => Buffer.from(treeHash).toString('hex');
