import {
  differentLevel,
  levelsOf,
  RARITIES,
  rarityShares,
  type FieldKind,
} from '../comparison/field-kind.js';
import type { PatternLayout } from '../comparison/pattern-layout.js';
import { typicalLevels } from './cold-start.js';
import { LEAST_SHARE, LEAST_UNRELATED, rounded, type Model, type StratumModel } from './model.js';
import { classesFor, sourceOf, type PairClass, type Stratum } from './pair-class.js';

/** What the pairs of a stratum show. Which of them are of one person is not part of it: nothing here knows. */
export interface StratumEvidence {
  readonly stratum: Stratum;
  /** How many records a stratum has that could have a match. */
  readonly records: number;
  /** All pairs, compared or not. */
  readonly pairs: number;
  /** The patterns of the candidates, sorted, and how many candidates have each. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly counts: Float64Array;
  /** By field and level: how many of the pairs drawn at random have it. */
  readonly drawnLevels: readonly Float64Array[];
  readonly drawn: number;
  /** By field and level, where they were counted exactly: how many of all pairs agree on the whole value. */
  readonly wholeAgreements: readonly (ReadonlyMap<number, number> | undefined)[];
  /** By field and rarity, where values have one: the share of records whose value has it. */
  readonly raritiesOfRecords: readonly (Float64Array | undefined)[];
}

/** What an iteration found, for whoever watches. */
export interface Iteration {
  readonly iteration: number;
  /** Log-likelihood of the candidates and of the prior, up to a constant. It never falls. */
  readonly objective: number;
  readonly change: number;
}

const MOST_ITERATIONS = 100;
/** The iterations end when no probability moves by more. */
const CHANGE = 2e-5;
/** How many pairs the typical levels of one person count as. */
const PRIOR_PAIRS = 5;
/**
 * The share of the likely matches that the typical levels of one person count as for what a person keeps. Without it, in a file
 * with many siblings, matches would come to mean people who live together.
 */
const PRIOR_OF_WHAT_STAYS: Readonly<Partial<Record<FieldKind, number>>> = {
  'given-name': 0.1,
  'birth-date': 0.1,
  gender: 0.1,
  'nhs-number': 1,
  'other-id': 0.5,
};
/** How many pairs strangers' levels count as, where a class begins with them: so that a rare accident is no rule. */
const PRIOR_PAIRS_OF_TWINS = 200;
const PRIOR_PAIRS_OF_HOMES = 4;
/** Below this many candidates a stratum shows too little to be estimated alone. */
export const FEWEST_CANDIDATES = 500;

/**
 * Estimates the parameters of one stratum by expectation and maximisation. The result depends on the sorted patterns and
 * their counts alone, and uses no operation that differs between engines.
 */
export function estimateStratum(
  layout: PatternLayout,
  evidence: StratumEvidence,
  watch?: (iteration: Iteration) => void,
): StratumModel {
  const kinds = layout.fields.map(({ kind }) => kind);
  const classes = classesFor(kinds, evidence.stratum);
  const levels = levelsOfPatterns(layout, evidence);
  const parameters = new Parameters(kinds, classes, evidence, levels);
  let iteration = 0;
  for (;;) {
    iteration += 1;
    const objective = parameters.expect(watch !== undefined);
    const change = parameters.maximise();
    watch?.({ iteration, objective, change });
    if (change < CHANGE || iteration === MOST_ITERATIONS) break;
  }
  return {
    stratum: evidence.stratum,
    candidates: parameters.candidates,
    pairs: evidence.pairs,
    classes: classes.map((name, index) => ({
      class: name,
      share: parameters.shareOf(index),
      levels: kinds.map((_, field) => parameters.levelsOf(index, field)),
    })),
  };
}

/** A model of these strata. Only what has a name and a hash can be adopted. */
export const modelOf = (name: string, layout: PatternLayout, strata: readonly StratumModel[]): Model => ({
  format: 'kin-model/1',
  name,
  fields: layout.fields.map((field) => ({ name: field.name, kind: field.kind })),
  rarityShares: rarityShares.slice(),
  strata: [...strata],
});

/** The levels of all patterns, one run of fields for each. */
function levelsOfPatterns(layout: PatternLayout, { low, high }: StratumEvidence): Uint8Array {
  const fields = layout.fields.length;
  const levels = new Uint8Array(low.length * fields);
  for (let pattern = 0; pattern < low.length; pattern++)
    for (let field = 0; field < fields; field++)
      levels[pattern * fields + field] = layout.level(field, low[pattern] as number, high[pattern] as number);
  return levels;
}

/** The numbers of all classes in flat arrays: class by class, field by field, level by level. */
class Parameters {
  readonly candidates: number;
  readonly #kinds: readonly FieldKind[];
  readonly #classes: readonly PairClass[];
  readonly #evidence: StratumEvidence;
  readonly #levels: Uint8Array;
  /** Where the levels of a field begin within a class, and how many numbers a class has. */
  readonly #starts: Int32Array;
  readonly #width: number;
  readonly #probabilities: Float64Array;
  readonly #shares: Float64Array;
  /** What the expectation counts: by class and level, and by class. */
  readonly #expected: Float64Array;
  readonly #totals: Float64Array;
  /** Pairs that are no candidates, by level: strangers, all of them. */
  readonly #beyond: Float64Array;
  readonly #priors: Float64Array;

  constructor(
    kinds: readonly FieldKind[],
    classes: readonly PairClass[],
    evidence: StratumEvidence,
    levels: Uint8Array,
  ) {
    this.#kinds = kinds;
    this.#classes = classes;
    this.#evidence = evidence;
    this.#levels = levels;
    this.#starts = new Int32Array(kinds.length);
    let width = 0;
    kinds.forEach((kind, field) => {
      this.#starts[field] = width;
      width += levelsOf[kind].length;
    });
    this.#width = width;
    this.candidates = evidence.counts.reduce((all, count) => all + count, 0);
    this.#probabilities = new Float64Array(classes.length * width);
    this.#priors = new Float64Array(classes.length * width);
    this.#expected = new Float64Array(classes.length * width);
    this.#totals = new Float64Array(classes.length);
    this.#shares = new Float64Array(classes.length);
    this.#beyond = this.#countBeyond();
    this.#begin();
  }

  /**
   * One pass over the patterns: how many pairs of each are of which class.
   * @returns the objective if it is wanted; its logarithms take a good part of the time.
   */
  expect(wanted: boolean): number {
    const fields = this.#kinds.length;
    const { counts } = this.#evidence;
    const classCount = this.#classes.length;
    const [width, probabilities, expected] = [this.#width, this.#probabilities, this.#expected];
    const [starts, levels, shares, totals] = [this.#starts, this.#levels, this.#shares, this.#totals];
    expected.fill(0);
    totals.fill(0);
    const weights = new Float64Array(classCount);
    const places = new Int32Array(fields);
    let objective = 0;
    for (let pattern = 0; pattern < counts.length; pattern++) {
      const count = counts[pattern] as number;
      if (count === 0) continue;
      for (let field = 0; field < fields; field++)
        places[field] = (starts[field] as number) + (levels[pattern * fields + field] as number);
      let sum = 0;
      for (let at = 0; at < classCount; at++) {
        let weight = shares[at] as number;
        const from = at * width;
        for (let field = 0; field < fields; field++)
          weight *= probabilities[from + (places[field] as number)] as number;
        weights[at] = weight;
        sum += weight;
      }
      if (sum === 0) continue;
      if (wanted) objective += count * Math.log(sum);
      for (let at = 0; at < classCount; at++) {
        const pairs = (count * (weights[at] as number)) / sum;
        if (pairs === 0) continue;
        totals[at] = (totals[at] as number) + pairs;
        const from = at * width;
        for (let field = 0; field < fields; field++) {
          const place = from + (places[field] as number);
          expected[place] = (expected[place] as number) + pairs;
        }
      }
    }
    return wanted ? objective + this.#objectiveBeyond() : 0;
  }

  /** Sets the parameters to those that make the expectation likeliest. @returns by how much the furthest moved. */
  maximise(): number {
    const { pairs } = this.#evidence;
    let change = 0;
    const own = (name: PairClass, field: number): void => {
      const at = this.#classes.indexOf(name);
      const kind = this.#kinds[field] as FieldKind;
      const from = at * this.#width + (this.#starts[field] as number);
      const size = levelsOf[kind].length;
      const counts = new Float64Array(size);
      let sum = 0;
      for (let level = 1; level < size; level++) {
        let count = this.#priors[from + level] as number;
        this.#classes.forEach((other, index) => {
          if (this.#ownerOf(other, kind) === name)
            count += this.#expected[index * this.#width + (this.#starts[field] as number) + level] as number;
        });
        if (name === 'unrelated') count += this.#beyond[(this.#starts[field] as number) + level] as number;
        counts[level] = count;
        sum += count;
      }
      for (let level = 1; level < size; level++) {
        const next = (counts[level] as number) / sum;
        change = Math.max(change, Math.abs(next - (this.#probabilities[from + level] as number)));
        this.#probabilities[from + level] = next;
      }
    };
    for (const name of this.#classes)
      this.#kinds.forEach((kind, field) => {
        if (sourceOf(name, kind) === 'own') own(name, field);
      });
    this.#followOwners();
    let known = 0;
    this.#classes.forEach((name, at) => {
      if (name === 'unrelated') return;
      this.#shares[at] = Math.max((this.#totals[at] as number) / pairs, LEAST_SHARE);
      known += this.#shares[at];
    });
    this.#shares[this.#classes.indexOf('unrelated')] = Math.max(1 - known, LEAST_UNRELATED);
    return change;
  }

  shareOf(at: number): number {
    return rounded(Math.min(1, this.#shares[at] as number));
  }

  levelsOf(at: number, field: number): number[] {
    const from = at * this.#width + (this.#starts[field] as number);
    const size = levelsOf[this.#kinds[field] as FieldKind].length;
    return Array.from(this.#probabilities.subarray(from, from + size), (value) =>
      rounded(Math.min(1, Math.max(value, 1e-12))),
    );
  }

  /** The class whose probabilities a class uses: those of one that takes them from a class that takes them from another. */
  #ownerOf(name: PairClass, kind: FieldKind): PairClass {
    const source = sourceOf(name, kind);
    if (source === 'own') return name;
    return this.#ownerOf(source, kind);
  }

  #followOwners(): void {
    this.#classes.forEach((name, at) => {
      this.#kinds.forEach((kind, field) => {
        const owner = this.#classes.indexOf(this.#ownerOf(name, kind));
        if (owner === at) return;
        const start = this.#starts[field] as number;
        const size = levelsOf[kind].length;
        this.#probabilities.copyWithin(
          at * this.#width + start,
          owner * this.#width + start,
          owner * this.#width + start + size,
        );
      });
    });
  }

  /** Of all pairs with a level, those that are no candidates. */
  #countBeyond(): Float64Array {
    const { drawn, drawnLevels, pairs, wholeAgreements, counts } = this.#evidence;
    const fields = this.#kinds.length;
    const ofCandidates = new Float64Array(this.#width);
    for (let pattern = 0; pattern < counts.length; pattern++)
      for (let field = 0; field < fields; field++) {
        const place = (this.#starts[field] as number) + (this.#levels[pattern * fields + field] as number);
        ofCandidates[place] = (ofCandidates[place] as number) + (counts[pattern] as number);
      }
    const beyond = new Float64Array(this.#width);
    this.#kinds.forEach((kind, field) => {
      const start = this.#starts[field] as number;
      for (let level = 1; level < levelsOf[kind].length; level++) {
        const estimated = drawn === 0 ? 0 : ((drawnLevels[field]?.[level] ?? 0) / drawn) * pairs;
        const all = wholeAgreements[field]?.get(level) ?? estimated;
        beyond[start + level] = Math.max(0, all - (ofCandidates[start + level] as number));
      }
    });
    return beyond;
  }

  #objectiveBeyond(): number {
    const at = this.#classes.indexOf('unrelated') * this.#width;
    let objective = 0;
    for (let place = 0; place < this.#width; place++) {
      const count = this.#beyond[place] as number;
      if (count > 0) objective += count * Math.log(this.#probabilities[at + place] as number);
    }
    for (let place = 0; place < this.#priors.length; place++) {
      const prior = this.#priors[place] as number;
      if (prior > 0) objective += prior * Math.log(this.#probabilities[place] as number);
    }
    const unrelated = this.#shares[this.#classes.indexOf('unrelated')] as number;
    return objective + Math.max(0, this.#evidence.pairs - this.candidates) * Math.log(unrelated);
  }

  #begin(): void {
    const { pairs, drawn } = this.#evidence;
    this.#classes.forEach((name, at) => {
      this.#kinds.forEach((kind, field) => {
        const from = at * this.#width + (this.#starts[field] as number);
        this.#probabilities.set(this.#byRarity(typicalLevels(name, kind), field), from);
        if (sourceOf(name, kind) === 'own' && name !== 'unrelated') this.#setPrior(name, field, from);
      });
    });
    const unrelated = this.#classes.indexOf('unrelated') * this.#width;
    this.#kinds.forEach((kind, field) => {
      const start = this.#starts[field] as number;
      const size = levelsOf[kind].length;
      for (let level = 1; level < size; level++) this.#priors[unrelated + start + level] = 0.5 / size;
      let sum = 0;
      for (let level = 1; level < size; level++)
        sum += (this.#beyond[start + level] as number) + (this.#priors[unrelated + start + level] as number);
      if (drawn === 0 || sum < 1) return;
      for (let level = 1; level < size; level++)
        this.#probabilities[unrelated + start + level] =
          ((this.#beyond[start + level] as number) + (this.#priors[unrelated + start + level] as number)) /
          sum;
    });
    const twin = this.#classes.indexOf('twin');
    if (twin >= 0)
      this.#kinds.forEach((kind, field) => {
        if (kind !== 'given-name') return;
        const start = this.#starts[field] as number;
        for (let level = 1; level < levelsOf[kind].length; level++) {
          const ofStrangers = this.#probabilities[unrelated + start + level] as number;
          this.#probabilities[twin * this.#width + start + level] = ofStrangers;
          this.#priors[twin * this.#width + start + level] = PRIOR_PAIRS_OF_TWINS * ofStrangers;
        }
      });
    this.#followOwners();
    const matches = this.#likelyMatches() / pairs;
    const begins: Readonly<Record<PairClass, number>> = {
      ...{ match: matches * 0.9, moved: matches * 0.1, household: matches / 2, housemate: matches / 4 },
      ...{ relative: matches / 4, twin: matches * 0.1, namesake: matches / 2, unrelated: 1 },
    };
    this.#classes.forEach((name, at) => {
      this.#shares[at] = Math.max(begins[name], LEAST_SHARE);
    });
  }

  /** People agree in full on the names that they have: what agrees in full is as rare as the records’ names are. */
  #byRarity(typical: Float64Array, field: number): Float64Array {
    const rarities = this.#evidence.raritiesOfRecords[field];
    if (rarities === undefined) return typical;
    const full = typical.subarray(1, RARITIES + 1).reduce((all, share) => all + share, 0);
    return typical.map((share, level) =>
      level >= 1 && level <= RARITIES ? full * Math.max(1e-9, rarities[level] ?? 0) : share,
    );
  }

  /** Half of the records have a match, unless there are fewer candidates. */
  #likelyMatches(): number {
    return Math.min(this.#evidence.records, this.candidates) / 2;
  }

  #setPrior(name: PairClass, field: number, from: number): void {
    const kind = this.#kinds[field] as FieldKind;
    const weight =
      name === 'match'
        ? Math.max(PRIOR_PAIRS, this.#likelyMatches() * (PRIOR_OF_WHAT_STAYS[kind] ?? 0))
        : PRIOR_PAIRS_OF_HOMES;
    const typical = this.#byRarity(typicalLevels(name, kind), field);
    for (let level = 1; level <= differentLevel(kind); level++)
      this.#priors[from + level] = weight * (typical[level] as number);
  }
}
