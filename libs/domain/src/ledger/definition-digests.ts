import { canonicalJson } from './canonical-json.js';
import { sha256Hex } from './hash-input.js';

/** Digest of a strategy, 64 hex digits: SHA-256 of the canonical JSON of {name, parameters}. */
export const strategyDigest = (name: string, parameters: object): string =>
  sha256Hex(canonicalJson({ name, parameters }));

/** Digest of a programme definition, 64 hex digits: SHA-256 of its canonical JSON, which is what the payload holds. */
export const definitionDigest = (definition: object): string => sha256Hex(canonicalJson(definition));
