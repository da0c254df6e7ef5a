import { opLeap1With } from './identifiers/index.js';
import { sha256Hex } from './ledger/hash-input.js';

/** Digests of profile op-leap-1, hashed with Node's crypto. */
export const { digestOf, digestOpLeap1 } = opLeap1With(sha256Hex);
