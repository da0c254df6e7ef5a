import { ConstraintsAfter, type Constraint } from './constraint-table.js';
import { evidenceOf, type Evidence } from './evidence.js';
import type { LinkageIndex } from './linkage-index.js';
import type { LiveChange, LiveChanges } from './plan-live-records.js';
import { RecordMap } from './record-map.js';
import { remembered } from './remembered.js';
import { NONE } from './typed-column.js';

const BECOMING = 1;
const CEASING = 2;

/**
 * The index as it will be once the live changes of a decision are made: who is live, which tokens have force. Nothing
 * in the index is written, so that a decision may be dropped at any time.
 */
export class DecisionScope {
  readonly index: LinkageIndex;
  readonly changes: LiveChanges;
  readonly constraints: ConstraintsAfter;
  /** Whether the change can reach every live record. */
  readonly isWhole: boolean;
  readonly #change: RecordMap;
  readonly #links = new Map<number, boolean>();
  readonly #relates = new Map<number, boolean>();
  readonly #hasForce = (token: number): boolean => this.links(token);
  readonly #isLive = (record: number): boolean => this.isLive(record);

  constructor(index: LinkageIndex, changes: LiveChanges, change: LiveChange) {
    this.index = index;
    this.changes = changes;
    this.isWhole = change.kind === 'relinked';
    this.constraints = new ConstraintsAfter(
      index.constraints,
      change.kind === 'constrained' ? change.change : null,
    );
    this.#change = new RecordMap(index.records);
    for (const record of changes.becoming) this.#change.set(record, BECOMING);
    for (const record of changes.ceasing.keys()) this.#change.set(record, CEASING);
  }

  isLive(record: number): boolean {
    const change = this.#change.get(record);
    return change === NONE ? this.index.records.isLive(record) : change === BECOMING;
  }

  isBecoming(record: number): boolean {
    return this.#change.get(record) === BECOMING;
  }

  /** Live before and after. */
  isStaying(record: number): boolean {
    return this.#change.get(record) === NONE && this.index.records.isLive(record);
  }

  /** Every record that is live before and after. */
  *staying(): Generator<number> {
    const { records } = this.index;
    for (let record = 0; record < records.count; record++) if (this.isStaying(record)) yield record;
  }

  /** Live records about which, together with this one, a person has decided so. */
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

  /** Whether an identity token will have force. Asked only of tokens near the change, and remembered. */
  links(token: number): boolean {
    return remembered(this.#links, token, () => this.index.links(token, this.#isLive));
  }

  linked(token: number): boolean {
    return this.index.tokens.linked(token);
  }

  /** Whether a token will relate: as a carer's token, and not without force as somebody's own. */
  relates(token: number): boolean {
    return (
      this.links(token) && remembered(this.#relates, token, () => this.index.relates(token, this.#isLive))
    );
  }

  related(token: number): boolean {
    return this.index.tokens.related(token);
  }

  /** What the record says, with the tokens that it can be linked through. */
  evidenceOf(record: number): Evidence {
    const { records, strategy } = this.index;
    return evidenceOf(records.readingOf(record), strategy.channels, this.#hasForce);
  }

  /** Live person records that hold a token as their own; where it joins by birth date, those with the one given. */
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
