import { ConstraintsAfter, type Constraint } from './constraint-table.js';
import type { CandidateIndex } from './candidate-index.js';
import { evidenceOf, type Evidence } from './evidence.js';
import type { LinkageIndex } from './linkage-index.js';
import type { LiveChange, LiveChanges } from './plan-live-records.js';
import { RecordMap } from './record-map.js';
import { NONE } from './typed-column.js';

const BECOMING = 1;
const CEASING = 2;

/**
 * The index as it will be after the live changes of a decision: which records are live, and which tokens have force. It
 * writes nothing to the index, so a decision can be abandoned at any time.
 */
export class DecisionScope {
  readonly index: LinkageIndex;
  readonly changes: LiveChanges;
  readonly constraints: ConstraintsAfter;
  /** Whether the change can affect every live record. */
  readonly isWhole: boolean;
  readonly #change: RecordMap;
  readonly #links = new Map<number, boolean>();
  readonly #relates = new Map<number, boolean>();
  readonly #hasForce = (token: number): boolean => this.linksAfter(token);
  readonly #isCrowded = (key: number): boolean => this.isCrowdedAfter(key);
  /** By how many live holders each candidate key of a coming or going record grows. */
  readonly #growthOfKey = new Map<number, number>();
  readonly #counts = (occurrence: number): boolean => this.counts(occurrence);
  readonly #erased: ReadonlySet<number>;

  constructor(index: LinkageIndex, changes: LiveChanges, change: LiveChange) {
    this.index = index;
    this.changes = changes;
    this.isWhole = change.kind === 'relinked';
    this.#erased = change.kind === 'carers-erased' ? change.occurrences : new Set();
    this.constraints = new ConstraintsAfter(
      index.constraints,
      change.kind === 'constrained' ? change.change : null,
    );
    this.#change = new RecordMap(index.records);
    for (const record of changes.becoming) this.#change.set(record, BECOMING);
    for (const record of changes.ceasing.keys()) this.#change.set(record, CEASING);
    if (index.candidates === null) return;
    for (const record of changes.becoming) this.#growKeysOf(record, index.candidates, 1);
    for (const record of changes.ceasing.keys()) this.#growKeysOf(record, index.candidates, -1);
  }

  #growKeysOf(record: number, candidates: CandidateIndex, by: number): void {
    for (const key of candidates.keysOf(record))
      this.#growthOfKey.set(key, (this.#growthOfKey.get(key) ?? 0) + by);
  }

  isLive(record: number): boolean {
    const change = this.#change.get(record);
    return change === NONE ? this.index.records.isLive(record) : change === BECOMING;
  }

  /** Whether a token will stand at an occurrence, on a record that is live. */
  counts(occurrence: number): boolean {
    return !this.isErasedAt(occurrence) && this.isLive(this.index.records.holderAt(occurrence));
  }

  /** Whether the token at an occurrence is erased by this decision. */
  isErasedAt(occurrence: number): boolean {
    return this.#erased.has(occurrence);
  }

  isBecoming(record: number): boolean {
    return this.#change.get(record) === BECOMING;
  }

  /** Whether the record is live before and after. */
  isStaying(record: number): boolean {
    return this.#change.get(record) === NONE && this.index.records.isLive(record);
  }

  /** All records that are live before and after. */
  *staying(): Generator<number> {
    const { records } = this.index;
    for (let record = 0; record < records.count; record++) if (this.isStaying(record)) yield record;
  }

  /** The live records that such a decision of a person pairs with this one. */
  partnersOf(record: number, constraint: Constraint): number[] {
    if (this.constraints.isEmpty) return [];
    const partners: number[] = [];
    for (const [key, decided] of this.constraints.partnersOf(this.index.records.keyOf(record))) {
      const partner = decided === constraint ? this.liveOfKey(key) : NONE;
      if (partner !== NONE) partners.push(partner);
    }
    return partners;
  }

  #becomingOfKey: ReadonlyMap<number, number> | null = null;

  /** The record of a row key that will be live, or NONE. */
  liveOfKey(key: number): number {
    const { keys, records } = this.index;
    this.#becomingOfKey ??= new Map(this.changes.becoming.map((record) => [records.keyOf(record), record]));
    const becoming = this.#becomingOfKey.get(key);
    if (becoming !== undefined) return becoming;
    const live = keys.liveRecord(key);
    return live !== NONE && this.isLive(live) ? live : NONE;
  }

  /** Whether an identity token will have force. Called only for tokens near the change; results are cached. */
  linksAfter(token: number): boolean {
    const known = this.#links.get(token);
    if (known !== undefined) return known;
    const links = this.index.links(token, this.#counts);
    this.#links.set(token, links);
    return links;
  }

  /** Whether an identity token had force when the last decision closed. */
  linkedBefore(token: number): boolean {
    return this.index.tokens.linked(token);
  }

  /** Whether a token will relate: it has force as a carer's token, and as somebody's own. */
  relatesAfter(token: number): boolean {
    if (!this.linksAfter(token)) return false;
    const known = this.#relates.get(token);
    if (known !== undefined) return known;
    const relates = this.index.relates(token, this.#counts);
    this.#relates.set(token, relates);
    return relates;
  }

  /** Whether a token could relate when the last decision closed. */
  relatedBefore(token: number): boolean {
    return this.index.tokens.related(token);
  }

  /** What the record says, with the tokens that will be able to link it. */
  evidenceOf(record: number): Evidence {
    const { records, strategy } = this.index;
    return evidenceOf(records.readingOf(record), strategy.channels, this.#hasForce, this.#isCrowded);
  }

  /** What the record said when the last decision closed. */
  evidenceBefore(record: number): Evidence {
    const { index } = this;
    return evidenceOf(
      index.records.readingOf(record),
      index.strategy.channels,
      (token) => this.linkedBefore(token),
      (key) => index.isCrowded(key),
    );
  }

  /** Whether a candidate key will be crowded. */
  isCrowdedAfter(key: number): boolean {
    const { candidates, strategy } = this.index;
    if (candidates === null || strategy.pairs === undefined) return false;
    const growth = this.#growthOfKey.get(key) ?? 0;
    return candidates.liveHolders(key) + growth > strategy.pairs.maxHoldersPerKey;
  }

  /** The candidate keys that become crowded, or cease to be. */
  flippedKeys(): number[] {
    return [...this.#growthOfKey.keys()].filter(
      (key) => this.index.isCrowded(key) !== this.isCrowdedAfter(key),
    );
  }

  /**
   * The live person records that hold a token as their own; if it links by birth date, only those with the given birth
   * date.
   */
  owners(token: number, birthDate: number): number[] {
    const { records, strategy, tokens } = this.index;
    const byBirthDate = strategy.channels.joinsByBirthDate(tokens.channelOf(token));
    const owners: number[] = [];
    for (let at = tokens.firstHolder(token, 'persons'); at !== NONE; at = records.nextHolder(at)) {
      const record = records.holderAt(at);
      if (!this.isLive(record)) continue;
      if (!byBirthDate || (birthDate !== NONE && records.birthDateOf(record) === birthDate))
        owners.push(record);
    }
    return owners;
  }
}
