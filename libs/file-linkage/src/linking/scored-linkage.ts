import { ScoreTable, type Comparison, type Model } from '@kinledger/kin';
import { comparisonOf, stratumOf, type ComparedRecords } from './compared-records.js';

/** What scoring pairs takes, in a form that threads share. */
export interface ScoredLinkage {
  readonly compared: ComparedRecords;
  readonly model: Model;
  /** What one-to-one linkage adds to each score. */
  readonly bonus: number;
}

/** Compares two records and scores what it finds. */
export class PairScorer {
  readonly comparison: Comparison;
  readonly #compared: ComparedRecords;
  readonly #table: ScoreTable;

  constructor({ compared, model }: ScoredLinkage) {
    this.comparison = comparisonOf(compared);
    this.#compared = compared;
    this.#table = new ScoreTable(this.comparison.layout, model);
  }

  /** The score of two records in millibits, without a bonus; their pattern is left in the comparison. */
  scoreOf(a: number, b: number): number {
    const { records } = this.#compared;
    const { comparison } = this;
    comparison.compare(records.data, a * records.stride, b * records.stride);
    return this.#table.score(stratumOf(records, a, b), comparison.low, comparison.high);
  }
}
