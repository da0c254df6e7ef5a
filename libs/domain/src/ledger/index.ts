export { canonicalBytes, canonicalJson } from './canonical-json.js';
export * from './commitments.js';
export * from './definition-digests.js';
export * from './encode-ledger-event.js';
export { sha256Hex } from './hash-input.js';
export * from './ledger-ids.js';
export * from './stored-event.js';
