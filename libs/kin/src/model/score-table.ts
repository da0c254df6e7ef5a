import type { FieldShape, PatternLayout } from '../comparison/pattern-layout.js';
import { log2 } from './log2.js';
import { ModelRefused, type Model, type StratumModel } from './model.js';
import { samePerson, strata, type PairClass, type Stratum } from './pair-class.js';

/** Scores are whole numbers: a thousand to a bit. 0: as likely one person as not. */
export const MILLIBITS = 1000;
/** More than this much evidence makes no difference. */
const LIMIT = 400 * MILLIBITS;

/** What a score of so many millibits says: the probability that the two records are of one person. */
export const probabilityOf = (score: number): number => 1 / (1 + 2 ** (-score / MILLIBITS));

/** How likely a pair is one of a class of pairs. */
export interface ClassShare {
  readonly class: PairClass;
  /** Whether the two records of such a pair are one person. */
  readonly same: boolean;
  /** A probability: those of all classes add up to 1. */
  readonly probability: number;
}

interface Stratified {
  readonly classes: readonly {
    readonly class: PairClass;
    readonly same: boolean;
    readonly share: number;
    readonly levels: readonly (readonly number[])[];
  }[];
}

/**
 * Scores of patterns under a model: log2 of the odds that a pair of the pattern is of one person, in millibits. Each pattern is
 * computed once, so that a score is a look-up; it is a function of model and pattern alone.
 */
export class ScoreTable {
  readonly #layout: PatternLayout;
  readonly #strata: readonly Stratified[];
  /** By stratum, then by the high word and the low word of a pattern: together they exceed the integers of a number. */
  readonly #scores: readonly Map<number, Map<number, number>>[];

  /** @throws ModelRefused if the model was made for other fields than those of the layout. */
  constructor(layout: PatternLayout, model: Model) {
    if (!sameFields(layout.fields, model.fields))
      throw new ModelRefused('the model was made for other fields than those that are compared');
    this.#layout = layout;
    const [first] = model.strata;
    this.#strata = strata.map((name): Stratified =>
      prepare(model.strata.find(({ stratum }) => stratum === name) ?? first),
    );
    this.#scores = strata.map(() => new Map<number, Map<number, number>>());
  }

  /** The score of a pattern in a stratum, in millibits. */
  score(stratum: number, low: number, high: number): number {
    const scores = this.#scores[stratum];
    const model = this.#strata[stratum];
    if (scores === undefined || model === undefined) throw new RangeError(`there is no stratum ${stratum}`);
    let ofHigh = scores.get(high);
    if (ofHigh === undefined) {
      ofHigh = new Map();
      scores.set(high, ofHigh);
    }
    let score = ofHigh.get(low);
    if (score === undefined) {
      score = scoreOf(model, this.#layout.levels(low, high));
      ofHigh.set(low, score);
    }
    return score;
  }

  /** The probability that a pair of the pattern is of one person, which every engine computes to the same bit. */
  probability(stratum: number, low: number, high: number): number {
    const model = this.#strata[stratum];
    if (model === undefined) throw new RangeError(`there is no stratum ${stratum}`);
    const { same, others } = likelihoodsOf(model, this.#layout.levels(low, high));
    return same === 0 ? 0 : same / (same + others);
  }

  /** How likely a pair of the pattern is one of each class. */
  classShares(stratum: number, low: number, high: number): readonly ClassShare[] {
    const model = this.#strata[stratum];
    if (model === undefined) throw new RangeError(`there is no stratum ${stratum}`);
    const levels = this.#layout.levels(low, high);
    const likelihoods = model.classes.map((one) => likelihoodOf(one, levels));
    const all = likelihoods.reduce((sum, likelihood) => sum + likelihood, 0);
    return model.classes.map(({ class: name, same }, index) => ({
      ...{ class: name, same },
      probability: all === 0 ? 0 : (likelihoods[index] ?? 0) / all,
    }));
  }
}

/** The number of a stratum, by which tables are indexed. */
export const stratumNumber = (stratum: Stratum): number => strata.indexOf(stratum);

/** The score of these levels by the formula: what the table holds. */
export function scoreOf(model: Stratified, levels: readonly number[]): number {
  const { same, others } = likelihoodsOf(model, levels);
  if (same === 0) return -LIMIT;
  if (others === 0) return LIMIT;
  return Math.max(-LIMIT, Math.min(LIMIT, Math.round(MILLIBITS * log2(same / others))));
}

/** How likely a pair with these levels is as one of one person, and as one of two. */
function likelihoodsOf(model: Stratified, levels: readonly number[]): { same: number; others: number } {
  let same = 0;
  let others = 0;
  for (const one of model.classes) {
    const likelihood = likelihoodOf(one, levels);
    if (one.same) same += likelihood;
    else others += likelihood;
  }
  return { same, others };
}

function likelihoodOf(
  { share, levels: probabilities }: Stratified['classes'][number],
  levels: readonly number[],
): number {
  let likelihood = share;
  for (let field = 0; field < levels.length; field++)
    likelihood *= probabilities[field]?.[levels[field] as number] ?? 1;
  return likelihood;
}

export function prepare(model: StratumModel | undefined): Stratified {
  if (model === undefined) throw new Error('a model has a stratum');
  return {
    classes: model.classes.map(({ class: name, share, levels }) => ({
      class: name,
      same: samePerson.has(name),
      share,
      levels,
    })),
  };
}

const sameFields = (a: readonly FieldShape[], b: readonly FieldShape[]): boolean =>
  a.length === b.length &&
  a.every(({ name, kind }, index) => b[index]?.name === name && b[index].kind === kind);
