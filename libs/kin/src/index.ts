export { kindsWithSignatures, signatureOf } from './comparison/signature.js';
export { intersect } from './comparison/ascending-lists.js';
export type { ComparedField, OneEdit, ValueTable } from './comparison/compared-field.js';
export { Comparison } from './comparison/comparison.js';
export { EditedText, type TextColumn } from './comparison/edited-text.js';
export {
  differentLevel,
  fieldKinds,
  hasRarities,
  levelNamed,
  levelsOf,
  RARITIES,
  rarityShares,
  rungsOf,
  type Rung,
  type FieldKind,
} from './comparison/field-kind.js';
export { PatternLayout, type FieldShape } from './comparison/pattern-layout.js';
export { PatternTable } from './comparison/pattern-table.js';
export { borrowed } from './model/borrowed-stratum.js';
export { coldStartModel } from './model/cold-start.js';
export {
  estimateStratum,
  FEWEST_CANDIDATES,
  modelOf,
  type Iteration,
  type StratumEvidence,
} from './model/estimate.js';
export { modelHash, modelText, readModel, type Model, type StratumModel } from './model/model.js';
export { pairClasses, samePerson, strata, type PairClass, type Stratum } from './model/pair-class.js';
export { MILLIBITS, probabilityOf, ScoreTable, stratumNumber, type ClassShare } from './model/score-table.js';
export { clusterComponents, clusterPairs, likelyComponents } from './clusters/cluster-pairs.js';
export type { Components } from './clusters/components.js';
export type { ClusterRules, ScoredPairs } from './clusters/scored-pairs.js';
export {
  Bands,
  defaultBandRules,
  type Band,
  type BandReason,
  type BandRules,
  type PairInCluster,
} from './decisions/band.js';
export { explainPair, type FieldEvidence, type PairExplanation } from './decisions/explain-pair.js';
export { log2 } from './model/log2.js';
export {
  FEWEST_HOLDERS,
  FrequenciesMissing,
  frequencyHash,
  frequencyTable,
  frequencyText,
  NameFrequencies,
  readFrequencyTable,
  withOtherTokens,
  type FrequencyTable,
  type CountedField,
  type ValueCount,
} from './frequencies/name-frequencies.js';
