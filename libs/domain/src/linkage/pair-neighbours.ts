import type { CandidateIndex } from './candidate-index.js';
import type { DecisionScope } from './decision-scope.js';
import type { Evidence } from './evidence.js';
import type { PairScoring } from './strategy.js';
import { NONE } from './typed-column.js';

/** Above this many, evidence that was read is forgotten and read again: an adoption reads that of every record. */
const MAX_KEPT = 20_000;

/** The index at one moment: before a decision, or after it. */
interface Moment {
  readonly isLive: (record: number) => boolean;
  readonly isCrowded: (key: number) => boolean;
  readonly read: (record: number) => Evidence;
  readonly kept: Map<number, Evidence>;
}

/**
 * The neighbours of person records by pair score (`PairScoring`), before a decision and after it. A pair's score changes
 * only if one of the two records changes, or if a token that one of them holds gains or loses force.
 */
export class PairNeighbours {
  readonly #candidates: CandidateIndex;
  readonly #pairs: PairScoring;
  readonly #before: Moment;
  readonly #after: Moment;

  constructor(scope: DecisionScope, candidates: CandidateIndex, pairs: PairScoring) {
    const { index } = scope;
    this.#candidates = candidates;
    this.#pairs = pairs;
    this.#before = {
      isLive: (record) => index.records.isLive(record),
      isCrowded: (key) => index.isCrowded(key),
      read: (record) => scope.evidenceBefore(record),
      kept: new Map(),
    };
    this.#after = {
      isLive: (record) => scope.isLive(record),
      isCrowded: (key) => scope.isCrowdedAfter(key),
      read: (record) => scope.evidenceOf(record),
      kept: new Map(),
    };
  }

  /** The records that were neighbours of a live record when the last decision closed. */
  before(record: number): number[] {
    return this.#neighbours(record, this.#before, () => false);
  }

  /** The records that will be neighbours of a record that will be live, apart from those that are known. */
  after(record: number, isKnown: (record: number) => boolean): number[] {
    return this.#neighbours(record, this.#after, isKnown);
  }

  /** The records that hold a candidate key and will be live. */
  *holdersAfter(key: number): Generator<number> {
    yield* this.#liveHolders(key, this.#after);
  }

  #neighbours(record: number, moment: Moment, isKnown: (record: number) => boolean): number[] {
    const candidates = this.#candidates;
    const compared = new Set([record]);
    const found: number[] = [];
    const end = candidates.endOfPlaces(record);
    for (let place = candidates.firstPlace(record); place < end; place++) {
      const key = candidates.keyAt(place);
      if (moment.isCrowded(key)) continue;
      for (const other of this.#liveHolders(key, moment)) {
        if (compared.has(other) || isKnown(other)) continue;
        compared.add(other);
        if (this.#score(record, other, moment) >= this.#pairs.floor) found.push(other);
      }
    }
    return found;
  }

  *#liveHolders(key: number, { isLive }: Moment): Generator<number> {
    const candidates = this.#candidates;
    for (let at = candidates.firstHolder(key); at !== NONE; at = candidates.nextHolder(at)) {
      const holder = candidates.holderAt(at);
      if (isLive(holder)) yield holder;
    }
  }

  #score(one: number, other: number, moment: Moment): number {
    return this.#pairs.scoreOf(evidenceAt(one, moment), evidenceAt(other, moment));
  }
}

function evidenceAt(record: number, { kept, read }: Moment): Evidence {
  const known = kept.get(record);
  if (known !== undefined) return known;
  if (kept.size >= MAX_KEPT) kept.clear();
  const evidence = read(record);
  kept.set(record, evidence);
  return evidence;
}
