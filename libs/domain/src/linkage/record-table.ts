import type { PseudonymisedRow, RecordId, Role } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { DigestColumn } from './digest-column.js';
import { IdTable } from './id-table.js';
import type { RecordKind } from './partition.js';
import { guardsOf, valueOf } from './contradiction.js';
import { levelOf, NHS_NUMBER_LEVEL } from './strategy.js';
import type { Marks } from './token-numbers.js';
import { BIRTH_DATE_TAG, type HolderList, type TokenTable } from './token-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

const roles: readonly Role[] = ['child', 'adult', 'practitioner', 'volunteer', 'none'];
const kinds: readonly RecordKind[] = ['person', 'fact', 'impersonal'];

const ROLE_BITS = 7;
const KIND_SHIFT = 3;
const KIND_BITS = 3;
const LIVE = 32;
const STAGED = 64;
const ERASED = 128;

/** What the ledger says about a record: in an individual, or set aside and why. */
export type Outcome = 'none' | 'placed' | 'unlinkable' | 'referred' | 'impersonal' | 'superseded';
const outcomes: readonly Outcome[] = ['none', 'placed', 'unlinkable', 'referred', 'impersonal', 'superseded'];

/** Staged records have no revision yet; their place in their file stands in for it, below zero. */
const stagedPlace = (row: number): number => -2 - row;
const OLDER_THAN_ANY_ROW = 2 ** 31;

/**
 * Every record that the ledger ever took in, and those that are staged, in columns. Holders of a token are linked
 * through occurrences, one for each identity or carer token of a record.
 */
export class RecordTable implements Archived {
  readonly #tokens: TokenTable;
  readonly #ids = new IdTable();
  readonly #content = new DigestColumn();
  readonly #key = new Int32Column();
  readonly #submission = new Int32Column();
  readonly #placedAt = new Int32Column();
  readonly #individual = new Int32Column();
  readonly #birthDate = new Int32Column();
  readonly #gender = new Int32Column();
  readonly #caseNumber = new Int32Column();
  readonly #dataset = new Int32Column();
  readonly #firstOccurrence = new Int32Column();
  readonly #bits = new Uint8Column();
  readonly #outcome = new Uint8Column();
  readonly #occurrenceToken = new Int32Column();
  readonly #occurrenceRecord = new Int32Column();
  readonly #nextHolder = new Int32Column();
  #endOfLedger = 0;

  /** Neighbours in the list of an individual's records; kept by the individual table. */
  readonly nextMember = new Int32Column();
  readonly previousMember = new Int32Column();

  constructor(tokens: TokenTable) {
    this.#tokens = tokens;
  }

  get count(): number {
    return this.#bits.length;
  }

  /** Records from this number on are staged, if any is: none of them has entered the ledger. */
  get endOfLedger(): number {
    return this.#endOfLedger;
  }

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, this.#columns);
    this.#endOfLedger = await archive.json(this.#endOfLedger);
  }

  get #columns(): readonly Column[] {
    return [
      this.#ids,
      this.#content,
      this.#key,
      this.#submission,
      this.#placedAt,
      this.#individual,
      this.#birthDate,
      this.#gender,
      this.#caseNumber,
      this.#dataset,
      this.#firstOccurrence,
      this.#bits,
      this.#outcome,
      this.#occurrenceToken,
      this.#occurrenceRecord,
      this.#nextHolder,
      this.nextMember,
      this.previousMember,
    ];
  }

  find(record: RecordId): number {
    return this.#ids.find(record);
  }

  /**
   * Takes in a row as a staged record that is not live, and links its tokens.
   * @param dataset number of the dataset that it came in.
   */
  add(
    row: Pick<PseudonymisedRow, 'record' | 'role' | 'tokens'>,
    key: number,
    kind: RecordKind,
    content: string,
    dataset: number,
  ): number {
    const record = this.#ids.intern(row.record);
    this.#content.push(content);
    this.#key.push(key);
    this.#submission.push(NONE);
    this.#placedAt.push(NONE);
    this.#individual.push(NONE);
    this.nextMember.push(NONE);
    this.previousMember.push(NONE);
    this.#bits.push(roles.indexOf(row.role) | (kinds.indexOf(kind) << KIND_SHIFT) | STAGED);
    this.#outcome.push(0);
    this.#firstOccurrence.push(this.#occurrenceToken.length);
    const { birthDate, gender, caseNumber } = guardsOf(row.tokens);
    this.#birthDate.push(
      birthDate === undefined ? NONE : this.#tokens.intern(birthDate.token, BIRTH_DATE_TAG),
    );
    this.#gender.push(kind === 'person' ? valueOf(gender) : NONE);
    this.#caseNumber.push(valueOf(caseNumber));
    this.#dataset.push(dataset);
    const links = kind !== 'impersonal';
    for (const { domain, use, token } of row.tokens) {
      const level = levelOf(domain);
      if (!links || level === NONE) continue;
      if (use === 'identity')
        this.#occur(record, this.#tokens.intern(token, level), kind === 'person' ? 'persons' : 'facts');
      else if (use === 'carer' && row.role === 'child') {
        this.#occur(
          record,
          this.#tokens.intern(token, level),
          kind === 'person' ? 'carersOfPersons' : 'carersOfFacts',
        );
      }
    }
    return record;
  }

  idOf(record: number): RecordId {
    return this.#ids.idOf(record) as RecordId; // interned as one
  }

  hasContent(record: number, content: string): boolean {
    return this.#content.is(record, content);
  }

  sameContent(one: number, other: number): boolean {
    return this.#content.same(one, other);
  }

  keyOf(record: number): number {
    return this.#key.get(record);
  }

  submissionOf(record: number): number {
    return this.#submission.get(record);
  }

  roleOf(record: number): Role {
    return roles[this.#bits.get(record) & ROLE_BITS] as Role; // written from `roles`
  }

  isChild(record: number): boolean {
    return (this.#bits.get(record) & ROLE_BITS) === 0;
  }

  kindOf(record: number): RecordKind {
    return kinds[(this.#bits.get(record) >> KIND_SHIFT) & KIND_BITS] as RecordKind; // written from `kinds`
  }

  isPerson(record: number): boolean {
    return ((this.#bits.get(record) >> KIND_SHIFT) & KIND_BITS) === 0;
  }

  isFact(record: number): boolean {
    return ((this.#bits.get(record) >> KIND_SHIFT) & KIND_BITS) === 1;
  }

  /** The full birth-date guard as a token, or NONE. */
  birthDateOf(record: number): number {
    return this.#birthDate.get(record);
  }

  /** See `Evidence`: a fact has no gender here. */
  genderOf(record: number): number {
    return this.#gender.get(record);
  }

  caseNumberOf(record: number): number {
    return this.#caseNumber.get(record);
  }

  /** Number of the dataset that it came in. */
  datasetOf(record: number): number {
    return this.#dataset.get(record);
  }

  isLive(record: number): boolean {
    return this.#bits.has(record, LIVE);
  }

  setLive(record: number, live: boolean): void {
    if (live) this.#bits.raise(record, LIVE);
    else this.#bits.lower(record, LIVE);
  }

  isStaged(record: number): boolean {
    return this.#bits.has(record, STAGED);
  }

  /** Whether the record is forgotten: it is never live again. */
  isErased(record: number): boolean {
    return this.#bits.has(record, ERASED);
  }

  erase(record: number): void {
    this.#bits.raise(record, ERASED);
  }

  /** Notes the place of a staged record in its file, which is the order in which its submission will be placed. */
  setRow(record: number, row: number): void {
    this.#placedAt.set(record, stagedPlace(row));
  }

  /** The record is in the ledger from `revision` on, brought by a submission. */
  enter(record: number, submission: number, revision: number): void {
    this.#bits.lower(record, STAGED);
    this.#submission.set(record, submission);
    this.#placedAt.set(record, revision);
    if (record >= this.#endOfLedger) this.#endOfLedger = record + 1;
  }

  /** A number that is the smaller, the earlier the record came into the ledger; staged ones are youngest. */
  ageOf(record: number): number {
    const placed = this.#placedAt.get(record);
    return placed >= 0 ? placed : OLDER_THAN_ANY_ROW - placed;
  }

  /** The individual that it is in, or was in when it was retired; NONE for a record set aside. */
  individualOf(record: number): number {
    return this.#individual.get(record);
  }

  outcomeOf(record: number): Outcome {
    return outcomes[this.#outcome.get(record)] as Outcome; // written from `outcomes`
  }

  setOutcome(record: number, outcome: Outcome, individual: number): void {
    this.#outcome.set(record, outcomes.indexOf(outcome));
    this.#individual.set(record, individual);
  }

  setIndividual(record: number, individual: number): void {
    this.#individual.set(record, individual);
  }

  firstOccurrence(record: number): number {
    return this.#firstOccurrence.get(record);
  }

  /** One beyond the record's last occurrence. */
  endOfOccurrences(record: number): number {
    const next = record + 1;
    return next < this.#firstOccurrence.length
      ? this.#firstOccurrence.get(next)
      : this.#occurrenceToken.length;
  }

  tokenAt(occurrence: number): number {
    return this.#occurrenceToken.get(occurrence) >> 1;
  }

  /** True where the token is the carer's, false where it is the record's own. */
  isCarerAt(occurrence: number): boolean {
    return (this.#occurrenceToken.get(occurrence) & 1) === 1;
  }

  holderAt(occurrence: number): number {
    return this.#occurrenceRecord.get(occurrence);
  }

  /** The next occurrence in the same list of the same token, or NONE. */
  nextHolder(occurrence: number): number {
    return this.#nextHolder.get(occurrence);
  }

  marksOf(record: number): Marks {
    return {
      birthDate: this.birthDateOf(record),
      nhsNumber: this.#nhsNumberOf(record),
      dataset: this.datasetOf(record),
      caseNumber: this.caseNumberOf(record),
    };
  }

  /** Distinct NHS numbers of the record. */
  nhsNumbersOf(record: number): number[] {
    const found: number[] = [];
    const end = this.endOfOccurrences(record);
    for (let at = this.firstOccurrence(record); at < end; at++) {
      const token = this.tokenAt(at);
      if (!this.isCarerAt(at) && this.#tokens.levelOf(token) === NHS_NUMBER_LEVEL) found.push(token);
    }
    return found;
  }

  /** The first NHS number of the record as a token, or NONE. */
  #nhsNumberOf(record: number): number {
    const end = this.endOfOccurrences(record);
    for (let at = this.firstOccurrence(record); at < end; at++) {
      const token = this.tokenAt(at);
      if (!this.isCarerAt(at) && this.#tokens.levelOf(token) === NHS_NUMBER_LEVEL) return token;
    }
    return NONE;
  }

  #occur(record: number, token: number, list: HolderList): void {
    const cell = token * 2 + (list === 'persons' || list === 'facts' ? 0 : 1);
    for (let at = this.#firstOccurrence.get(record); at < this.#occurrenceToken.length; at++) {
      if (this.#occurrenceToken.get(at) === cell) return; // a row may say the same thing twice
    }
    this.#occurrenceToken.push(cell);
    this.#nextHolder.push(this.#tokens.firstHolder(token, list));
    this.#tokens.setFirstHolder(token, list, this.#occurrenceRecord.push(record));
  }
}
