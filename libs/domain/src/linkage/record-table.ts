import type { PseudonymisedRow, RecordId, Role } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import type { CandidateIndex } from './candidate-index.js';
import { DigestColumn } from './digest-column.js';
import { IdTable } from './id-table.js';
import type { RecordKind } from './partition.js';
import type { Channels } from './channels.js';
import type { RecordReading } from './evidence.js';
import type { ChannelToken, TokensOfRow } from './tokens-of-row.js';
import { BIRTH_DATE_TAG, type HolderList, type TokenTable } from './token-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

const roles: readonly Role[] = ['child', 'adult', 'practitioner', 'volunteer', 'none'];
const kinds: readonly RecordKind[] = ['person', 'fact', 'impersonal'];

const nothing: readonly number[] = [];

const ROLE_BITS = 7;
const KIND_SHIFT = 3;
const KIND_BITS = 3;
const LIVE = 32;
const STAGED = 64;
const ERASED = 128;

/** What the ledger says about a record: placed in an individual, or set aside and why. */
export type Outcome = 'none' | 'placed' | 'unlinkable' | 'referred' | 'impersonal' | 'superseded';
const outcomes: readonly Outcome[] = ['none', 'placed', 'unlinkable', 'referred', 'impersonal', 'superseded'];

/**
 * All records that ever entered the ledger, and the staged ones, as columns in order of entry: of two records, the
 * older has the smaller number. Occurrences, one for each own or carer's token of a record, link the holders of a
 * token.
 */
export class RecordTable implements Archived {
  readonly #tokens: TokenTable;
  readonly #channels: Channels;
  readonly #candidates: CandidateIndex | null;
  readonly #ids = new IdTable();
  readonly #content = new DigestColumn();
  readonly #key = new Int32Column();
  readonly #submission = new Int32Column();
  readonly #enteredAt = new Int32Column();
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
  /** Compared-only tokens. Both columns stay empty if the strategy has no compared-only channel. */
  readonly #firstCompared = new Int32Column();
  readonly #comparedToken = new Int32Column();
  #endOfLedger = 0;

  /** Neighbours in the list of an individual's records. The individual table maintains them. */
  readonly nextMember = new Int32Column();
  readonly previousMember = new Int32Column();

  /** @param candidates the candidate keys of the records; null if the strategy scores no pairs. */
  constructor(tokens: TokenTable, channels: Channels, candidates: CandidateIndex | null) {
    this.#tokens = tokens;
    this.#channels = channels;
    this.#candidates = candidates;
  }

  get count(): number {
    return this.#bits.length;
  }

  /** Records from this number on, if any, are staged: they have not entered the ledger. */
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
      this.#enteredAt,
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
      this.#firstCompared,
      this.#comparedToken,
      this.nextMember,
      this.previousMember,
    ];
  }

  find(record: RecordId): number {
    return this.#ids.find(record);
  }

  /**
   * Adds a row as a staged record, which is not live, and links its tokens.
   * @param read the row's tokens, as the strategy reads them.
   * @param dataset the number of the row's dataset.
   */
  add(
    row: Pick<PseudonymisedRow, 'record' | 'role'>,
    read: TokensOfRow,
    key: number,
    kind: RecordKind,
    content: string,
    dataset: number,
  ): number {
    const record = this.#ids.intern(row.record);
    this.#content.push(content);
    this.#key.push(key);
    this.#submission.push(NONE);
    this.#enteredAt.push(NONE);
    this.#individual.push(NONE);
    this.nextMember.push(NONE);
    this.previousMember.push(NONE);
    this.#bits.push(roles.indexOf(row.role) | (kinds.indexOf(kind) << KIND_SHIFT) | STAGED);
    this.#outcome.push(0);
    this.#firstOccurrence.push(this.#occurrenceToken.length);
    const { birthDate, gender, caseNumber } = read;
    this.#birthDate.push(birthDate === undefined ? NONE : this.#tokens.intern(birthDate, BIRTH_DATE_TAG));
    this.#gender.push(gender);
    this.#caseNumber.push(caseNumber);
    this.#dataset.push(dataset);
    const compares = this.#channels.connecting < this.#channels.count;
    if (compares) this.#firstCompared.push(this.#comparedToken.length);
    this.#candidates?.add(record, kind === 'person' ? (read.keys ?? []) : []);
    if (kind === 'impersonal') return record;
    const person = kind === 'person';
    for (const token of read.own) this.#occur(record, token, person ? 'persons' : 'facts');
    for (const token of read.carers) this.#occur(record, token, person ? 'carersOfPersons' : 'carersOfFacts');
    if (compares) {
      for (const { channel, token } of read.compared)
        this.#comparedToken.push(this.#tokens.intern(token, channel));
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

  caseNumberOf(record: number): number {
    return this.#caseNumber.get(record);
  }

  /** The first NHS number of the record as a token, or NONE. */
  nhsNumberOf(record: number): number {
    const end = this.endOfOccurrences(record);
    for (let at = this.firstOccurrence(record); at < end; at = this.occurrenceAfter(at, end)) {
      const token = this.tokenAt(at);
      if (!this.isCarerAt(at) && this.#tokens.channelOf(token) === this.#channels.nhsNumber) return token;
    }
    return NONE;
  }

  /** The number of the record's dataset. */
  datasetOf(record: number): number {
    return this.#dataset.get(record);
  }

  isLive(record: number): boolean {
    return this.#bits.has(record, LIVE);
  }

  /** The record must not be so already. */
  setLive(record: number, live: boolean): void {
    this.#candidates?.setLive(record, live);
    if (live) this.#bits.raise(record, LIVE);
    else this.#bits.lower(record, LIVE);
  }

  isStaged(record: number): boolean {
    return this.#bits.has(record, STAGED);
  }

  /** The first occurrence from here on at which a token still stands: it does not once it was forgotten. */
  #thereFrom(occurrence: number, end: number): number {
    let at = occurrence;
    while (at < end && this.#occurrenceToken.get(at) === NONE) at += 1;
    return at;
  }

  /** Removes a carer's token from a record. */
  forgetCarerAt(occurrence: number): void {
    const token = this.tokenAt(occurrence);
    const list = this.isPerson(this.holderAt(occurrence)) ? 'carersOfPersons' : 'carersOfFacts';
    const next = this.#nextHolder.get(occurrence);
    let before = NONE;
    for (let at = this.#tokens.firstHolder(token, list); at !== occurrence; at = this.nextHolder(at)) {
      if (at === NONE) throw new Error('a token is not among those of its holders');
      before = at;
    }
    if (before === NONE) this.#tokens.setFirstHolder(token, list, next);
    else this.#nextHolder.set(before, next);
    this.#occurrenceToken.set(occurrence, NONE);
    this.#tokens.touch(token);
  }

  setContent(record: number, content: string): void {
    this.#content.set(record, content);
  }

  /** Whether the record is erased, and so can never be live again. */
  isErased(record: number): boolean {
    return this.#bits.has(record, ERASED);
  }

  erase(record: number): void {
    this.#bits.raise(record, ERASED);
  }

  /**
   * Marks a staged record as part of the ledger from `revision` on, brought by a submission.
   * @throws Error if a younger record has already entered.
   */
  enter(record: number, submission: number, revision: number): void {
    if (record < this.#endOfLedger) throw new Error('a record cannot enter the ledger after a younger one');
    this.#bits.lower(record, STAGED);
    this.#submission.set(record, submission);
    this.#enteredAt.set(record, revision);
    this.#endOfLedger = record + 1;
  }

  /** The revision of the event that brought the record into the ledger; NONE for a staged record. */
  enteredAt(record: number): number {
    return this.#enteredAt.get(record);
  }

  /** The individual that the record is in, or was in when it was retired; NONE for a record set aside. */
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

  /**
   * The first of the occurrences of the record's tokens, which follow one another up to `endOfOccurrences`: its own in
   * row order, then its carer's.
   */
  firstOccurrence(record: number): number {
    return this.#thereFrom(this.#firstOccurrence.get(record), this.endOfOccurrences(record));
  }

  /** The next of them, or `end` after the last. */
  occurrenceAfter(occurrence: number, end: number): number {
    return this.#thereFrom(occurrence + 1, end);
  }

  endOfOccurrences(record: number): number {
    const next = record + 1;
    return next < this.#firstOccurrence.length
      ? this.#firstOccurrence.get(next)
      : this.#occurrenceToken.length;
  }

  tokenAt(occurrence: number): number {
    return this.#occurrenceToken.get(occurrence) >> 1;
  }

  /** Whether the token is the carer's rather than the record's own. */
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

  /** What the record says, in the form that `evidenceOf` reads. */
  readingOf(record: number): RecordReading {
    const own: number[] = [];
    const ownChannels: number[] = [];
    const end = this.endOfOccurrences(record);
    for (let at = this.firstOccurrence(record); at < end; at = this.occurrenceAfter(at, end)) {
      if (this.isCarerAt(at)) continue;
      const token = this.tokenAt(at);
      own.push(token);
      ownChannels.push(this.#tokens.channelOf(token));
    }
    const compared = this.#comparedOf(record);
    return {
      child: this.isChild(record),
      person: this.isPerson(record),
      birthDate: this.birthDateOf(record),
      gender: this.#gender.get(record),
      caseNumber: this.caseNumberOf(record),
      dataset: this.datasetOf(record),
      own,
      ownChannels,
      compared,
      comparedChannels:
        compared === nothing ? nothing : compared.map((token) => this.#tokens.channelOf(token)),
      keys: this.#candidates === null ? nothing : this.#candidates.keysOf(record),
    };
  }

  #comparedOf(record: number): readonly number[] {
    if (this.#firstCompared.length === 0) return nothing;
    const next = record + 1;
    const end =
      next < this.#firstCompared.length ? this.#firstCompared.get(next) : this.#comparedToken.length;
    const found: number[] = [];
    for (let at = this.#firstCompared.get(record); at < end; at++) found.push(this.#comparedToken.get(at));
    return found;
  }

  #occur(record: number, { channel, token: text }: ChannelToken, list: HolderList): void {
    const token = this.#tokens.intern(text, channel);
    this.#occurrenceToken.push(token * 2 + (list === 'persons' || list === 'facts' ? 0 : 1));
    this.#nextHolder.push(this.#tokens.firstHolder(token, list));
    this.#tokens.setFirstHolder(token, list, this.#occurrenceRecord.push(record));
  }
}
