import type { Evidence } from './evidence.js';
import type { PositionConstraints } from './strategy.js';

/**
 * Why a field says nothing about a pair: which record does not state it; `either` if only the ledger is known, which does not
 * say which; `neither` if both state it and the comparison of another field has used it.
 */
export type MissingSide = 'first' | 'second' | 'both' | 'either' | 'neither';

/** What one field says about a pair. */
export interface FieldWeight {
  readonly field: string;
  /** How closely the two agree on it, as the ledger says it; `missing` if they are not compared on it. */
  readonly level: string;
  readonly missing?: MissingSide;
  /** For (above 0) or against that the two are one person, in millibits: how it moves the score of the fields before it. */
  readonly weight: number;
}

/** A kind of pair that the model tells apart, and how likely this pair is one. */
export interface ClassOfPair {
  readonly class: string;
  readonly isOnePerson: boolean;
  /** Rounded to six decimal places. */
  readonly probability: number;
}

/** How a pair comes to its score: the start and the weights of all fields add up to it. */
export interface MatchWeights {
  /** Hash of the model, as `StrategyAdopted` names it. */
  readonly model: string;
  /** The score before anything is compared: how rare pairs of one person are. In millibits. */
  readonly start: number;
  readonly fields: readonly FieldWeight[];
  readonly score: number;
  readonly classes: readonly ClassOfPair[];
}

/** Something that a strategy asks of a pair before it links it without a person. */
export interface LinkCondition {
  /** `score`, or the field that has to agree. */
  readonly condition: string;
  /** `missing`: a record does not state the field, and the strategy does not ask for it. */
  readonly outcome: 'held' | 'failed' | 'missing';
}

/** From which scores on a pair is referred and linked, and how far it has to be above its rivals. In millibits. */
export interface ScoreBands {
  readonly review: number;
  readonly link: number;
  readonly margin: number;
}

/** A pair that competes with another: one of its records, and somebody who may be meant instead. */
export interface CompetingPair {
  /** Positions of the pair's records: one of the two that were asked about, or of their groups, and the rival. */
  readonly of: number;
  readonly rival: number;
  readonly score: number;
}

/** Where two records stand among all records that may affect them. */
export interface PairStanding {
  /** Whether clustering leaves the two in one cluster. */
  readonly isOneCluster: boolean;
  /** The best first. */
  readonly competing: readonly CompetingPair[];
}

/** How a strategy that scores pairs accounts for a pair. Links do not depend on it. */
export interface PairAccount {
  readonly bands: ScoreBands;
  /** The weights of two records as they stand. */
  weigh(one: Evidence, other: Evidence): MatchWeights;
  /** The weights of levels that the ledger states with a score; undefined if they do not come to it under this model. */
  weighLevels(levels: Readonly<Record<string, string>>, score: number): MatchWeights | undefined;
  /** What has to hold of the two records alone. */
  conditionsOf(one: Evidence, other: Evidence): readonly LinkCondition[];
  /** `records` are in row key order and cover whole components. */
  standingOf(
    records: readonly Evidence[],
    constraints: PositionConstraints,
    one: number,
    other: number,
  ): PairStanding;
}
