import type { Placement, SubmissionId } from '@kinledger/contracts';
import { dayNumber } from '@kinledger/database';
import { IdTable, Int32Column, NONE, periodOfCode } from '@kinledger/domain';
import type { EventOf, Filler, Filling } from '../read-model.js';
import type { RulesOfDataset } from '../writing/dataset-rules.js';
import type { FilledTable } from '../writing/filled-table.js';
import { dayOf, encodeFact, factColumns, factRowsOf, type FactRow } from './facts.js';
import type { MarkedBody } from './marked-bodies.js';
import { standingOf, type RecordsTarget, type Standing } from './placements.js';
import { encodeRecord, isAttributed, recordColumns } from './record-row.js';
import { individualColumns } from './records-writer.js';
import { NOBODY, RecordsOfIndividuals } from './records-of-individuals.js';
import { SurvivingAttributes } from './surviving-attributes.js';
import { Words } from './words.js';

/** States and reasons of records; memory holds an index into this list in place of the words. */
const standings: readonly Pick<Standing, 'state' | 'reason'>[] = [
  { state: 'linked', reason: null },
  { state: 'retired', reason: null },
  { state: 'retired', reason: 'erased' },
  ...['unlinkable', 'referred', 'impersonal'].map((reason) => ({
    ...{ state: 'set-aside' as const, reason },
  })),
];
const RETIRED = 1;
const ERASED = 2;
const placeOf = ({ state, reason }: Standing): number =>
  standings.findIndex((known) => known.state === state && known.reason === reason);

/** Earlier than every date. */
const NO_DAY = -0x80000000;
const NO_ROLE = 'none';

interface FileOfRecords {
  readonly dataset: string;
  readonly datasetNumber: number;
  /** The day on which its period begins. */
  readonly start: number;
  readonly sequence: number;
}

/**
 * Fills the tables of records. The events, without bodies, first determine in memory where every record ends up; then
 * the bodies arrive in order of entry, and each row is written once, in its final state. It keeps about 90 bytes per
 * record in memory.
 */
export class RecordsFiller implements RecordsTarget, Filler {
  readonly #records = new IdTable();
  readonly #rowKeys = new IdTable();
  readonly #roles = new Words();
  readonly #files: FileOfRecords[] = [];
  readonly #fileNumbers = new Map<SubmissionId, number>();
  /** By dataset, from the latest definition that contains it. */
  readonly #rules = new Map<string, RulesOfDataset>();
  readonly #forwards = new Map<number, number>();

  // By record, from 0.
  readonly #key = new Int32Column();
  readonly #owned = new RecordsOfIndividuals();
  readonly #file = new Int32Column();
  /** The submission with which it entered. */
  readonly #entry = new Int32Column();
  readonly #role = new Int32Column();
  readonly #standing = new Int32Column();
  readonly #day = new Int32Column();

  // By individual, from 1.
  readonly #bestPerson = new Int32Column();
  readonly #best = new Int32Column();
  readonly #surviving = new SurvivingAttributes();

  #authorities: readonly ({ readonly authority: number; readonly listsPeople: boolean } | undefined)[] = [];
  #written = 0;
  readonly #table: FilledTable;
  readonly #facts: Readonly<Record<FactRow['kind'], FilledTable>>;
  readonly #filling: Filling;

  constructor(filling: Filling) {
    this.#filling = filling;
    this.#table = filling.table('numbered_record', recordColumns);
    const fact = (kind: FactRow['kind']) => filling.table(`numbered_${kind}`, factColumns[kind]);
    this.#facts = { outcome: fact('outcome'), feedback: fact('feedback'), input: fact('input') };
  }

  define(): undefined {
    for (const [dataset, rules] of this.#filling.rules.all()) this.#rules.set(dataset, rules);
  }

  async receive({
    submission,
    dataset,
    period,
    sequence,
  }: EventOf<'SubmissionReceived'>['data']): Promise<void> {
    const { numbers, client } = this.#filling;
    const number = numbers.submissions.of(submission);
    const datasetNumber = await numbers.ofDataset(client, dataset);
    this.#fileNumbers.set(submission, number);
    const start = dayNumber(periodOfCode(period).start);
    this.#files[number] = { dataset, datasetNumber, start, sequence };
  }

  place({ data: { submission, placements } }: EventOf<'RecordsPlaced'>): undefined {
    const file = this.#fileOf(submission);
    for (const placement of placements) this.#place(placement, file);
  }

  #place(placement: Placement, file: number): void {
    const standing = standingOf(placement);
    const individual =
      standing.individual === null ? NOBODY : this.#individualOf(standing.individual, standing.registers);
    if (placement.commitments === undefined) {
      const record = this.#recordOf(placement.record);
      this.#owned.move(record, individual);
      this.#file.set(record, file);
      this.#standing.set(record, placeOf(standing));
      return;
    }
    const record = this.#records.intern(placement.record);
    if (record !== this.#key.length) throw new Error('a record enters the ledger twice');
    this.#key.push(this.#rowKeys.intern(placement.rowKey));
    this.#owned.push();
    this.#file.push(file);
    this.#entry.push(file);
    this.#role.push(this.#roles.numberOf(placement.role));
    this.#standing.push(placeOf(standing));
    this.#day.push(NO_DAY);
    this.#owned.move(record, individual);
  }

  retire(records: readonly string[]): undefined {
    for (const id of records) {
      const record = this.#recordOf(id);
      this.#owned.move(record, NOBODY);
      this.#standing.set(record, RETIRED);
    }
  }

  carry(submission: string, records: readonly string[], always: boolean): undefined {
    const file = this.#fileOf(submission as SubmissionId);
    for (const id of records) {
      const record = this.#recordOf(id);
      if (always || this.#isLater(file, this.#file.get(record))) this.#file.set(record, file);
    }
  }

  split({ into, registered, records }: EventOf<'IndividualSplit'>['data']): undefined {
    const individual = this.#individualOf(into, registered);
    for (const id of records) this.#owned.move(this.#recordOf(id), individual);
  }

  merge({ individual, absorbed }: EventOf<'IndividualsMerged'>['data']): undefined {
    const { individuals } = this.#filling;
    const kept = individuals.find(individual) + 1;
    const gone = individuals.find(absorbed) + 1;
    this.#forwards.set(gone, kept);
    this.#owned.moveAll(gone, kept);
  }

  erase(records: readonly string[]): void {
    for (const id of records) this.#standing.set(this.#recordOf(id), ERASED);
  }

  async readyForBodies(): Promise<void> {
    const { rows } = await this.#filling.client.query<{
      number: number;
      authority: number;
      lists_people: boolean;
    }>(
      `SELECT n.number, d.authority, d.data_type = 'user' AS lists_people FROM numbered_dataset n JOIN dataset d USING (dataset)`,
    );
    const authorities: { authority: number; listsPeople: boolean }[] = [];
    for (const { number, authority, lists_people: listsPeople } of rows)
      authorities[number] = { authority, listsPeople };
    this.#authorities = authorities;
    this.#bestPerson.extendTo(this.#filling.individuals.count + 1, NONE);
    this.#best.extendTo(this.#filling.individuals.count + 1, NONE);
  }

  /** The body may be missing for an erased record. */
  async takeBodies(rows: readonly MarkedBody[]): Promise<void> {
    const entered = rows
      .map((row) => ({ row, record: this.#records.find(row.record) }))
      .sort((one, other) => one.record - other.record);
    for (const { row, record } of entered) {
      if (record < this.#written) throw new Error('a body comes out of the order of entry');
      while (this.#written < record) await this.#writeWithoutBody();
      this.#write(this.#standing.get(record) === ERASED ? undefined : row);
    }
    for (const table of [this.#table, ...Object.values(this.#facts)]) await table.flushIfFull();
  }

  async finish(): Promise<void> {
    while (this.#written < this.#records.count) await this.#writeWithoutBody();
    const { individuals, numbers } = this.#filling;
    const table = this.#filling.table('numbered_individual', individualColumns);
    for (let individual = 1; individual <= individuals.count; individual += 1) {
      const { attributes, provenance } = this.#surviving.of(individual);
      const out = table
        .row()
        .integer(individual)
        .uuid(individuals.idOf(individual - 1));
      out.text(this.#roleOf(individual)).text(attributes).text(provenance);
      const forward = this.#forwards.get(individual);
      if (forward === undefined) out.nothing();
      else out.integer(forward);
      await table.flushIfFull();
    }
    numbers.countedRecords(this.#records.count);
    numbers.individuals.continueAfter(individuals.count);
  }

  async #writeWithoutBody(): Promise<void> {
    const number = this.#written + 1;
    if (!(await this.#filling.isErased(this.#records.idOf(this.#written))))
      throw new Error(`the body of record number ${number} is missing`);
    this.#write(undefined);
  }

  #write(row: MarkedBody | undefined): void {
    const record = this.#written;
    this.#written += 1;
    const entry = this.#fileAt(this.#entry.get(record));
    const rules = this.#rulesOf(entry);
    const individual = this.#owned.individualOf(record);
    const { state, reason } = standings[this.#standing.get(record)] ?? { state: 'retired', reason: null };
    const standing = {
      ...{ number: record + 1, individual: individual === NOBODY ? null : individual },
      submission: this.#file.get(record),
      record: row?.record ?? this.#records.idOf(record),
      rowKey: row?.rowKey ?? this.#rowKeys.idOf(this.#key.get(record)),
      dataset: entry.datasetNumber,
      role: this.#roles.wordOf(this.#role.get(record)),
      ...{ state, reason },
    };
    encodeRecord(this.#table.row(), standing, row, rules);
    const day = row === undefined ? undefined : dayOf(row.facts);
    if (day !== undefined) this.#day.set(record, dayNumber(day));
    if (individual !== NOBODY) this.#survive(individual, record, entry, row, rules);
    if (row === undefined) return;
    for (const fact of factRowsOf(row.facts)) encodeFact(this.#facts[fact.kind].row(), record + 1, fact);
  }

  #survive(
    individual: number,
    record: number,
    { datasetNumber }: FileOfRecords,
    row: MarkedBody | undefined,
    rules: RulesOfDataset,
  ): void {
    const authority = this.#authorities[datasetNumber];
    // The dataset is no longer in the programme.
    if (authority === undefined) return;
    this.#keepBest(this.#best, individual, record);
    if (row === undefined || !isAttributed(row, rules)) return;
    if (authority.listsPeople) this.#keepBest(this.#bestPerson, individual, record);
    this.#surviving.add(individual, record + 1, row.attributes, (other) => this.#outranks(record, other - 1));
  }

  #keepBest(column: Int32Column, individual: number, record: number): void {
    const best = column.get(individual);
    if (best === NONE || this.#outranks(record, best)) column.set(individual, record);
  }

  /** Ranks records as survivorship does (see TouchedIndividuals). */
  #outranks(record: number, other: number): boolean {
    const [mine, its] = [this.#fileAt(this.#file.get(record)), this.#fileAt(this.#file.get(other))];
    const place =
      this.#authorityOf(record) - this.#authorityOf(other) ||
      this.#day.get(other) - this.#day.get(record) ||
      its.start - mine.start ||
      this.#rowKeys.compare(this.#key.get(record), this.#key.get(other));
    return place < 0;
  }

  #authorityOf(record: number): number {
    const { datasetNumber } = this.#fileAt(this.#entry.get(record));
    return this.#authorities[datasetNumber]?.authority ?? Number.MAX_SAFE_INTEGER;
  }

  #roleOf(individual: number): string {
    const person = this.#bestPerson.get(individual);
    const decides = person === NONE ? this.#best.get(individual) : person;
    return decides === NONE ? NO_ROLE : this.#roles.wordOf(this.#role.get(decides));
  }

  #individualOf(id: string, registers: boolean): number {
    const { individuals } = this.#filling;
    const number = (registers ? individuals.intern(id) : individuals.find(id)) + 1;
    if (number === 0) throw new Error('the ledger names an unregistered individual');
    return number;
  }

  #recordOf(id: string): number {
    const record = this.#records.find(id);
    if (record === NONE) throw new Error('the ledger names a record that has not entered it');
    return record;
  }

  #fileOf(submission: SubmissionId): number {
    const file = this.#fileNumbers.get(submission);
    if (file === undefined)
      throw new Error('a record enters the ledger outside the decision of its submission');
    return file;
  }

  #fileAt(number: number): FileOfRecords {
    return this.#files[number] as FileOfRecords; // `receive` numbered it
  }

  #rulesOf({ dataset }: FileOfRecords): RulesOfDataset {
    const rules = this.#rules.get(dataset);
    if (rules === undefined) throw new Error(`dataset ${dataset} was never in the programme definition`);
    return rules;
  }

  #isLater(file: number, other: number): boolean {
    const [mine, its] = [this.#fileAt(file), this.#fileAt(other)];
    return (mine.start - its.start || mine.sequence - its.sequence) > 0;
  }
}
