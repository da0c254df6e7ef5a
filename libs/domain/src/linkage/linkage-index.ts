import type { PseudonymisedRow, RecordId } from '@kinledger/contracts';
import { passMapThrough, passThrough, type Archive, type Archived } from './archive.js';
import { contentHashOf } from './content-hash.js';
import { CandidateIndex } from './candidate-index.js';
import type { Bodies, FamilyScope, LinkageEngineOptions } from './decider.js';
import { scopesOf } from './families.js';
import { FamilyTable } from './family-table.js';
import { ConstraintTable } from './constraint-table.js';
import { HolderCount } from './force.js';
import { IndividualTable } from './individual-table.js';
import { MAX_FAMILY_SCOPES, PROGRAMME_SCOPE } from './kinship.js';
import { recordKindOf } from './partition.js';
import { RecordTable } from './record-table.js';
import { ReferralTable } from './referral-table.js';
import { RelationshipTable } from './relationship-table.js';
import { RowKeyTable } from './row-key-table.js';
import type { Strategy } from './strategy.js';
import { SubmissionBook, type Submission } from './submission-book.js';
import { carerLists, ownLists, TokenTable, type HolderList } from './token-table.js';
import { NONE } from './typed-column.js';

/** No row has this hash, so no row counts as equal to a record of which something is gone. */
const NO_CONTENT = '0'.repeat(32);

/** All state of linkage: a function of the applied events, plus staged rows. */
export class LinkageIndex implements Archived {
  readonly strategy: Strategy;
  readonly familyScopes: readonly FamilyScope[];
  readonly tokens = new TokenTable();
  /** Null if the strategy scores no pairs. */
  readonly candidates: CandidateIndex | null;
  readonly records: RecordTable;
  readonly keys = new RowKeyTable();
  readonly submissions = new SubmissionBook();
  readonly individuals: IndividualTable;
  readonly families: FamilyTable;
  readonly relationships = new RelationshipTable();
  readonly referrals = new ReferralTable();
  readonly constraints = new ConstraintTable();
  /** Records that entered without a body. Empty once their erasures have been applied. */
  readonly bodiless = new Set<number>();
  /** Records whose carer tokens the decision at hand erases, as they will be. */
  #remaining: ReadonlyMap<RecordId, PseudonymisedRow> = new Map();
  /** Whether it still holds contents that were erased after they had entered: those of records, and carer tokens. */
  holdsErased = false;
  readonly #datasetNumbers = new Map<string, number>();
  readonly #scopeNumbers = new Map<string, number>();
  readonly #ownHolders: HolderCount;
  readonly #carerHolders: HolderCount;

  constructor({ strategy, familyScopes }: LinkageEngineOptions) {
    if (familyScopes.length > MAX_FAMILY_SCOPES) {
      throw new RangeError(`at most ${MAX_FAMILY_SCOPES} family scopes, not ${familyScopes.length}`);
    }
    this.strategy = strategy;
    this.candidates = strategy.pairs === undefined ? null : new CandidateIndex();
    this.records = new RecordTable(this.tokens, strategy.channels, this.candidates);
    this.individuals = new IndividualTable(this.records);
    this.familyScopes = familyScopes;
    this.families = new FamilyTable(familyScopes.length + 1);
    [PROGRAMME_SCOPE, ...familyScopes.map(({ scope }) => scope)].forEach((scope, number) => {
      this.#scopeNumbers.set(scope, number);
    });
    this.#ownHolders = new HolderCount(strategy.ownLimits);
    this.#carerHolders = new HolderCount(strategy.carerLimits);
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, [
      this.tokens,
      this.records,
      this.keys,
      this.submissions,
      this.individuals,
      this.families,
      this.relationships,
      this.referrals,
      this.constraints,
    ]);
    await this.candidates?.passThrough(archive);
    for (const record of await archive.json([...this.bodiless])) this.bodiless.add(record);
    await passMapThrough(archive, this.#datasetNumbers);
  }

  /** Bytes allocated in typed arrays, by kind of content. */
  get bytes() {
    return {
      tokens: this.tokens.bytes,
      records: this.records.bytes,
      rowKeys: this.keys.bytes,
      individuals: this.individuals.bytes,
      kinship: this.families.bytes + this.relationships.bytes,
      referrals: this.referrals.bytes,
      candidates: this.candidates?.bytes ?? 0,
    };
  }

  get scopeCount(): number {
    return this.#scopeNumbers.size;
  }

  /** The number of a family scope: 0 for the programme's, NONE for a scope that is not or no longer defined. */
  scopeNumber(scope: string): number {
    return this.#scopeNumbers.get(scope) ?? NONE;
  }

  scopeName(scope: number): string {
    return this.familyScopes[scope - 1]?.scope ?? PROGRAMME_SCOPE;
  }

  scopesOfService(service: string): number {
    return scopesOf(service, this.familyScopes);
  }

  /** Adds a row of a submission as a staged record. If the row is already staged, returns its record. */
  stage(row: PseudonymisedRow, submission: Submission, content: string = contentHashOf(row)): number {
    const known = this.records.find(row.record);
    if (known !== NONE) return known;
    return this.records.add(
      row,
      this.strategy.tokensOf(row),
      this.keys.intern(row.rowKey),
      recordKindOf(submission.dataType, row.role),
      content,
      this.#numberOfDataset(submission.dataset),
    );
  }

  /** Adds a row of which tokens were erased since: its content equals no other row. */
  stagePartly(row: PseudonymisedRow, submission: Submission): number {
    return this.stage(row, submission, NO_CONTENT);
  }

  /** Adds a record whose body is gone: it has what its placement says, and no tokens. */
  stageBodiless(
    placed: Pick<PseudonymisedRow, 'record' | 'rowKey' | 'role'>,
    submission: Submission,
  ): number {
    return this.records.add(
      placed,
      this.strategy.tokensOf({ role: placed.role, tokens: [] }),
      this.keys.intern(placed.rowKey),
      recordKindOf(submission.dataType, placed.role),
      NO_CONTENT,
      this.#numberOfDataset(submission.dataset),
    );
  }

  /** Erases a record. If it was live, the ledger has already retired it; nothing revives it. */
  erase(record: number): void {
    this.records.erase(record);
    if (!this.bodiless.delete(record)) this.holdsErased = true;
  }

  /**
   * Notes what will remain of records whose carer tokens are erased, until the event is applied.
   * @returns the occurrences of the tokens that will be gone.
   */
  noteRemaining(records: readonly RecordId[], bodies: Bodies): Set<number> {
    const remaining = new Map<RecordId, PseudonymisedRow>();
    const occurrences = new Set<number>();
    for (const id of records) {
      const record = this.records.find(id);
      const row = bodies.get(id);
      if (record === NONE || row === undefined) continue;
      remaining.set(id, row);
      for (const at of this.#carersBeyond(record, row)) occurrences.add(at);
    }
    this.#remaining = remaining;
    return occurrences;
  }

  /** Takes what was noted as what remains of these records. What was read without its erased tokens is left as it is. */
  forgetCarers(records: readonly RecordId[]): void {
    for (const id of records) {
      const row = this.#remaining.get(id);
      if (row === undefined) continue;
      const record = this.records.find(id);
      for (const at of this.#carersBeyond(record, row)) this.records.forgetCarerAt(at);
      this.records.setContent(record, contentHashOf(row));
      this.holdsErased = true;
    }
    this.#remaining = new Map();
  }

  /** The occurrences of carer tokens that a record has in the index, and not in this row. */
  #carersBeyond(record: number, row: PseudonymisedRow): number[] {
    const { carers } = this.strategy.tokensOf(row);
    const left = new Set(carers.map(({ channel, token }) => this.tokens.find(token, channel)));
    const { records } = this;
    const beyond: number[] = [];
    const end = records.endOfOccurrences(record);
    for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end))
      if (records.isCarerAt(at) && !left.has(records.tokenAt(at))) beyond.push(at);
    return beyond;
  }

  #numberOfDataset(dataset: string): number {
    const known = this.#datasetNumbers.get(dataset) ?? this.#datasetNumbers.size;
    this.#datasetNumbers.set(dataset, known);
    return known;
  }

  /** Updates the force of tokens to match the live records. */
  settle(): void {
    const isLive = (occurrence: number) => this.records.isLive(this.records.holderAt(occurrence));
    this.tokens.settle(
      (token) => this.links(token, isLive),
      (token) => this.relates(token, isLive),
    );
  }

  /** Whether a token has force as somebody's own, given which occurrences count. */
  links(token: number, counts: (occurrence: number) => boolean): boolean {
    this.#ownHolders.reset(this.tokens.channelOf(token) === this.strategy.channels.nhsNumber);
    return this.#hasForce(token, ownLists, this.#ownHolders, counts);
  }

  /** Whether a token has force as the carer's on children's rows, given which occurrences count. */
  relates(token: number, counts: (occurrence: number) => boolean): boolean {
    this.#carerHolders.reset();
    return this.#hasForce(token, carerLists, this.#carerHolders, counts);
  }

  /**
   * Counts person records first: they carry the most marks, so a placeholder on a hundred thousand facts is found
   * early.
   */
  #hasForce(
    token: number,
    lists: readonly HolderList[],
    holders: HolderCount,
    counts: (occurrence: number) => boolean,
  ): boolean {
    const { records, tokens } = this;
    for (const list of lists) {
      for (let at = tokens.firstHolder(token, list); at !== NONE; at = records.nextHolder(at)) {
        if (counts(at) && !this.#count(holders, records.holderAt(at))) return false;
      }
    }
    return true;
  }

  #count(holders: HolderCount, record: number): boolean {
    const { records } = this;
    return holders.count(
      records.birthDateOf(record),
      records.nhsNumberOf(record),
      records.datasetOf(record),
      records.caseNumberOf(record),
    );
  }

  /** Makes a record live, as the one for its row key. */
  makeLive(record: number): void {
    if (this.records.isLive(record)) return;
    this.records.setLive(record, true);
    this.keys.setLiveRecord(this.records.keyOf(record), record);
    this.#touchTokens(record);
  }

  /** Ends a record's being live and removes it from its individual. The two keep a reference to each other. */
  retire(record: number): void {
    if (!this.records.isLive(record)) return;
    this.records.setLive(record, false);
    this.keys.setLiveRecord(this.records.keyOf(record), NONE);
    if (this.records.outcomeOf(record) === 'placed') this.individuals.leave(record);
    this.#touchTokens(record);
  }

  /** Moves a live record into an individual, out of its current one. */
  place(record: number, individual: number): void {
    const { records, individuals } = this;
    if (records.isLive(record) && records.outcomeOf(record) === 'placed') individuals.leave(record);
    this.makeLive(record);
    individuals.join(record, individual);
  }

  /** Sets a record aside: it is live but belongs to no individual. */
  setAside(record: number, reason: 'unlinkable' | 'referred' | 'impersonal'): void {
    const { records, individuals } = this;
    if (records.isLive(record) && records.outcomeOf(record) === 'placed') individuals.leave(record);
    this.makeLive(record);
    records.setOutcome(record, reason, NONE);
  }

  /** Whether a candidate key is crowded among the live records. */
  isCrowded(key: number): boolean {
    const { candidates, strategy } = this;
    if (candidates === null || strategy.pairs === undefined) return false;
    return candidates.liveHolders(key) > strategy.pairs.maxHoldersPerKey;
  }

  #touchTokens(record: number): void {
    const { records, tokens } = this;
    const end = records.endOfOccurrences(record);
    for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end))
      tokens.touch(records.tokenAt(at));
  }
}
