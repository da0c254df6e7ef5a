export * from './archive.js';
export type { Contradiction } from './contradiction.js';
export * from './decider.js';
export { LinkageEngine } from './engine.js';
export { familiesOf, type Families, type Family, type KinRecord, type Relationship } from './families.js';
export type { ReferralReason } from './group-records.js';
export { MAX_ADULTS_WITHOUT_REVIEW, PROGRAMME_SCOPE } from './kinship.js';
export * from './partition.js';
export * from './strategy.js';
