export type { Difference } from './comparing-writer.js';
export type { MissingBody } from './recorded-decision.js';
export * from './replay-ledger.js';
