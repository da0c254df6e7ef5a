import { copyInto, type CopyValue } from '@kinledger/database';
import {
  ADDRESS_PROTECTED,
  isLinked,
  type Placement,
  type PseudonymisedRow,
  type SubmissionId,
} from '@kinledger/contracts';
import type { Bodies } from '@kinledger/domain';
import type { EventOf, Writing } from '../read-model.js';
import { factColumns, factOf, type FactTable } from './facts.js';
import { marksOf } from './row-marks.js';
import { AREA } from './survivorship.js';
import { TouchedIndividuals } from './touched-individuals.js';

interface PlacedAgain {
  readonly placement: Placement;
  readonly submission: SubmissionId;
  readonly revision: number;
  /** Place in the event’s list. */
  readonly ordinal: number;
}

interface Entered extends PlacedAgain {
  /** Absent for a record that was erased since. */
  readonly row: PseudonymisedRow | undefined;
}

interface Carried {
  readonly submission: string;
  readonly record: string;
  /** True where it is decided already that the submission carries the record. */
  readonly always: boolean;
}

/** Writes records, what their rows say, and the individuals that they belong to. */
export class RecordsWriter {
  readonly #datasets = new Map<string, string>();
  readonly #touched: TouchedIndividuals;
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;

    this.#touched = new TouchedIndividuals(writing.client, writing.filling);
  }

  get #client() {
    return this.#writing.client;
  }

  begin(): Promise<void> {
    return this.#touched.begin();
  }

  settle(): Promise<void> {
    return this.#touched.settle();
  }

  /** Of a definition: which engagements count, and the authority order that survivorship follows in the end. */
  async define(): Promise<void> {
    await this.#touched.addEverybody();
    await this.#client.query(
      `UPDATE engagement e SET qualifying = e.attended AND e.session_kind = ANY (d.session_kinds)
       FROM record r JOIN dataset d USING (dataset)
       WHERE r.record_id = e.record_id AND e.qualifying <> (e.attended AND e.session_kind = ANY (d.session_kinds))`,
    );
  }

  /** Records that enter with this submission are of its dataset. */
  receive({ submission, dataset }: EventOf<'SubmissionReceived'>['data']): undefined {
    this.#datasets.set(submission, dataset);
  }

  async place({ data, revision }: EventOf<'RecordsPlaced'>, bodies: Bodies): Promise<void> {
    const { submission, placements } = data;
    const { batch } = this.#writing;
    for (const [ordinal, placement] of placements.entries()) {
      const placed = { placement, submission, revision, ordinal };
      const enters = placement.commitments !== undefined;
      const row = enters ? bodies.get(placement.record) : undefined;
      if (enters && row === undefined) await this.#requireErased(placed);
      const waiting = enters
        ? batch.add(this.#writeEntered, { ...placed, row })
        : batch.add(this.#writePlacedAgain, placed);
      if (waiting !== undefined) await waiting;
    }
  }

  async #requireErased({ placement, revision }: PlacedAgain): Promise<void> {
    if (await this.#writing.isErased(placement.record)) return;
    throw new Error(`the body of the record that entered at revision ${revision} is missing`);
  }

  retire(records: readonly string[]): Promise<void> {
    return this.#writing.batch.addAll(this.#writeRetired, records);
  }

  carry(submission: string, records: readonly string[], always: boolean): Promise<void> {
    return this.#writing.batch.addAll(
      this.#writeCarried,
      records.map((record) => ({ submission, record, always })),
    );
  }

  split(event: EventOf<'IndividualSplit'>): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeSplits, event);
  }

  merge(merged: EventOf<'IndividualsMerged'>['data']): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeMerges, merged);
  }

  /** A submission that carries a record gives it its period only if it outranks the one that does. */
  readonly #writeCarried = async (items: readonly Carried[]): Promise<void> => {
    const records = items.map(({ record }) => record);
    await this.#touched.addOwnersOf(records);
    await this.#client.query(
      `UPDATE record r SET submission_id = c.submission
       FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS c (record, submission, always), submission mine, submission other
       WHERE r.record_id = c.record AND mine.submission_id = r.submission_id AND other.submission_id = c.submission
         AND (c.always OR (other.period_start, other.sequence) > (mine.period_start, mine.sequence))`,
      [records, items.map(({ submission }) => submission), items.map(({ always }) => always)],
    );
  };

  readonly #writeRetired = async (records: readonly string[]): Promise<void> => {
    await this.#touched.addOwnersOf(records);
    await this.#client.query(
      `UPDATE record SET state = 'retired', reason = NULL, individual_id = NULL WHERE record_id = ANY ($1::uuid[])`,
      [records],
    );
  };

  readonly #writeEntered = async (items: readonly Entered[]): Promise<void> => {
    const individuals: CopyValue[][] = [];
    const records: CopyValue[][] = [];
    const attributes: CopyValue[][] = [];
    const saidBy = new Map<FactTable, CopyValue[][]>();
    const facts = new Map<string, Set<string>>();
    for (const { placement, submission, row, revision, ordinal } of items) {
      const dataset = this.#datasetOf(submission);
      const { individual, registers, state, reason } = standsAs(placement);
      if (registers) individuals.push(registeredRow(individual, placement.role, revision, row));
      const { sessionKinds, listsPeople } = this.#writing.rules.of(dataset);
      const attributed = row !== undefined && (listsPeople || Object.keys(row.attributes).length > 0);
      records.push([
        placement.record,
        placement.rowKey,
        dataset,
        submission,
        placement.role,
        state,
        reason,
        individual,
        revision,
        ordinal,
        attributed,
        row === undefined ? null : (asOf(row) ?? null),
        ...(row === undefined ? [0, null] : marksOf(row)),
      ]);
      if (row === undefined) continue;
      const { facts: said } = row;
      if (Object.keys(row.attributes).length > 0) attributes.push([row.record, row.attributes]);
      // The first record of an individual is all that there is to say of it.
      if (individual !== null && !registers) {
        if (attributed) this.#touched.add(individual);
        else this.#noteFact(facts, individual, placement.role);
      }
      const fact = factOf(row.record, said, sessionKinds);
      if (fact !== undefined) {
        const rows = saidBy.get(fact.table);
        if (rows === undefined) saidBy.set(fact.table, [fact.values]);
        else rows.push(fact.values);
      }
    }
    const copy = (table: string, columns: readonly string[], rows: CopyValue[][]) =>
      rows.length === 0 ? undefined : copyInto(this.#client, table, columns, rows);
    await copy('individual', registeredColumns, individuals);
    await copy(
      'record',
      [
        'record_id',
        'row_key',
        'dataset',
        'submission_id',
        'role',
        'state',
        'reason',
        'individual_id',
        'entered',
        'ordinal',
        'attributed',
        'as_of',
        'marks',
        'case_mark',
      ],
      records,
    );
    await copy('record_attribute', ['record_id', 'attributes'], attributes);
    for (const [table, rows] of saidBy) await copy(table, factColumns[table], rows);
    await this.#touched.addThoseOfAnotherRole(facts);
  };

  /** A fact bears on the role of an individual of facts alone, and only where it has another. */
  #noteFact(facts: Map<string, Set<string>>, individual: string, role: string): void {
    const roles = facts.get(individual);
    if (roles === undefined) facts.set(individual, new Set([role]));
    else roles.add(role);
  }

  /** A record that is in the read models already is placed anew: revived, moved, or set aside. */
  readonly #writePlacedAgain = async (items: readonly PlacedAgain[]): Promise<void> => {
    await this.#registerIndividuals(
      items
        .map(({ placement, revision }) => ({ ...standsAs(placement), role: placement.role, revision }))
        .filter(({ registers }) => registers),
    );
    const records = items.map(({ placement }) => placement.record);
    const stands = items.map(({ placement }) => standsAs(placement));
    await this.#touched.addOwnersOf(records);
    await this.#client.query(
      `UPDATE record r SET submission_id = p.submission, individual_id = p.individual, state = p.state, reason = p.reason
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS p (record, submission, individual, state, reason)
       WHERE r.record_id = p.record`,
      [
        records,
        items.map(({ submission }) => submission),
        stands.map(({ individual }) => individual),
        stands.map(({ state }) => state),
        stands.map(({ reason }) => reason),
      ],
    );
    await this.#touched.addOwnersOf(records);
  };

  readonly #writeSplits = async (items: readonly EventOf<'IndividualSplit'>[]): Promise<void> => {
    await this.#registerIndividuals(
      items
        .filter(({ data }) => data.registered)
        .map(({ data, revision }) => ({ individual: data.into, role: data.role, revision })),
    );
    const moves = items.flatMap(({ data }) => data.records.map((record) => ({ record, into: data.into })));
    await this.#client.query(
      `UPDATE record r SET individual_id = m.into_id FROM unnest($1::uuid[], $2::uuid[]) AS m (record, into_id) WHERE r.record_id = m.record`,
      [moves.map(({ record }) => record), moves.map(({ into }) => into)],
    );
    for (const { data } of items) {
      this.#touched.add(data.individual);
      this.#touched.add(data.into);
    }
  };

  readonly #writeMerges = async (items: readonly EventOf<'IndividualsMerged'>['data'][]): Promise<void> => {
    // Within one decision a kept individual may itself be absorbed later: each record goes to where the chain ends.
    const into = new Map<string, string>();
    for (const { individual, absorbed } of items) into.set(absorbed, individual);
    const end = (individual: string): string => {
      let at = individual;
      for (let next = into.get(at); next !== undefined; next = into.get(at)) at = next;
      return at;
    };
    const absorbed = items.map((item) => item.absorbed);
    await this.#client.query(
      `UPDATE record r SET individual_id = m.kept FROM unnest($1::uuid[], $2::uuid[]) AS m (absorbed, kept) WHERE r.individual_id = m.absorbed`,
      [absorbed, absorbed.map(end)],
    );
    await this.#client.query(
      `UPDATE individual i SET forwarded_to = m.kept
       FROM unnest($1::uuid[], $2::uuid[]) AS m (absorbed, kept) WHERE i.individual_id = m.absorbed`,
      [absorbed, absorbed.map((id) => into.get(id))],
    );
    for (const id of absorbed) {
      this.#touched.add(id);
      this.#touched.add(end(id));
    }
  };

  async #registerIndividuals(
    items: readonly { individual: string | null; role: string; revision: number }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await copyInto(
      this.#client,
      'individual',
      registeredColumns,
      items.map(({ individual, role, revision }) => registeredRow(individual, role, revision)),
    );
  }

  #datasetOf(submission: SubmissionId): string {
    const dataset = this.#datasets.get(submission);
    if (dataset === undefined)
      throw new Error('a record enters the ledger outside the decision of its submission');
    return dataset;
  }
}

/** Whose a record is, and what it is to readers; only a row that is set aside shows why. */
function standsAs(placement: Placement): {
  readonly individual: string | null;
  /** True when the placement registers its individual. */
  readonly registers: boolean;
  readonly state: 'linked' | 'set-aside' | 'retired';
  readonly reason: string | null;
} {
  if (isLinked(placement)) {
    const { individual, registered: registers } = placement;
    return { individual, registers, state: 'linked', reason: null };
  }
  const nobody = { individual: null, registers: false };
  return placement.setAside === 'superseded'
    ? { ...nobody, state: 'retired', reason: null }
    : { ...nobody, state: 'set-aside', reason: placement.setAside };
}

const asOf = ({ facts }: PseudonymisedRow): string | undefined =>
  facts.kind === 'registration' ? facts.registeredOn : facts.eventDate;

const registeredColumns = ['individual_id', 'role', 'attributes', 'provenance', 'registered'];

/** An individual as its first record has it, where that one brings a body. */
const registeredRow = (
  individual: string | null,
  role: string,
  revision: number,
  row?: PseudonymisedRow,
): CopyValue[] => {
  const { record, attributes = {} } = row ?? {};
  const names = Object.keys(attributes).filter((name) => name !== AREA || !(ADDRESS_PROTECTED in attributes));
  const shown = Object.fromEntries(names.map((name) => [name, attributes[name]]));
  const provenance = Object.fromEntries(names.map((name) => [name, record]));
  return [individual, role, shown, provenance, revision];
};
