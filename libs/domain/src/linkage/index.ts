export * from './archive.js';
export type { ComparedKind, Comparison } from './compare-records.js';
export type { Contradiction } from './contradiction.js';
export type { Considered, ConsideredToken, MetByToken, Rival, RivalVerdict } from './consider-record.js';
export type * from './pair-account.js';
export type * from './relate-records.js';
export * from './decider.js';
export { LinkageEngine } from './engine.js';
export { IdTable } from './id-table.js';
export { Int32Column, NONE } from './typed-column.js';
export type { CarerTokensOfRecord, PersonSought, PersonsFound } from './persons-found.js';
export { familiesOf, type Families, type Family, type KinRecord, type Relationship } from './families.js';
export { REVIEWED, type ReferralReason } from './ground.js';
export { MAX_ADULTS_WITHOUT_REVIEW, PROGRAMME_SCOPE } from './kinship.js';
export * from './partition.js';
export { coldStartOf } from './kin-1/cold-start.js';
export * from './kin-1/estimate-model.js';
export { leap1, type Leap1Settings } from './leap-1/leap-1.js';
export {
  exactSettings,
  firstBands,
  nameFrequenciesIn,
  nameTableOf,
  scoringModel,
  scoringSettings,
  strategyOf,
  strategyWithTable,
  type StrategySettings,
} from './strategies.js';
export type { Strategy } from './strategy.js';
export { frequencyText, readFrequencyTable, withOtherTokens } from '@kinledger/kin';
