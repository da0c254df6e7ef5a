import type { Placement, SubmissionId } from '@kinledger/contracts';
import { copyRows } from '@kinledger/database';
import type { EventOf, Writing } from '../read-model.js';
import { encodeFact, factColumns, factRowsOf, type FactRow } from './facts.js';
import type { MarkedBodies, MarkedBody } from './marked-bodies.js';
import { endsOf, standingOf, type RecordsTarget, type Standing } from './placements.js';
import { encodeRecord, isAttributed, recordColumns, type StandingRecord } from './record-row.js';
import { survivorOf, type Survivor } from './survivors.js';
import { TouchedIndividuals } from './touched-individuals.js';

interface Placed {
  readonly placement: Placement;
  readonly submission: SubmissionId;
  readonly standing: Standing;
}

interface Entered extends Placed {
  /** In order of entry. */
  readonly number: number;
  /** Absent if the record was erased since. */
  readonly row: MarkedBody | undefined;
}

interface Carried {
  readonly submission: string;
  readonly record: string;
  /** True if it is already decided that the submission carries the record. */
  readonly always: boolean;
}

interface RegisteredIndividual {
  readonly id: string;
  readonly role: string;
  readonly survivor: Survivor;
}

interface FileOfRecords {
  readonly number: number;
  readonly dataset: string;
  readonly datasetNumber: number;
}

/** Writes records, the content of their rows, and the individuals that they belong to. */
export class RecordsWriter implements RecordsTarget {
  readonly #files = new Map<SubmissionId, FileOfRecords>();
  readonly #touched: TouchedIndividuals;
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
    this.#touched = new TouchedIndividuals(writing.client);
  }

  get #client() {
    return this.#writing.client;
  }

  get #individuals() {
    return this.#writing.numbers.individuals;
  }

  settle(): Promise<void> {
    return this.#touched.settle();
  }

  /**
   * A definition determines which engagements count, and the authority order that survivorship uses when it settles.
   */
  async define(): Promise<void> {
    await this.#touched.addEverybody();
    await this.#client.query(
      `UPDATE numbered_record r SET qualifying = r.attended AND r.session_kind = ANY (d.session_kinds)
       FROM numbered_dataset n JOIN dataset d USING (dataset)
       WHERE n.number = r.dataset AND r.qualifying <> (r.attended AND r.session_kind = ANY (d.session_kinds))`,
    );
  }

  /** Records that enter with this submission belong to its dataset. */
  async receive({ submission, dataset }: EventOf<'SubmissionReceived'>['data']): Promise<void> {
    const { numbers } = this.#writing;
    const datasetNumber = await numbers.ofDataset(this.#client, dataset);
    this.#files.set(submission, { number: numbers.submissions.of(submission), dataset, datasetNumber });
  }

  async place({ data, revision }: EventOf<'RecordsPlaced'>, bodies: MarkedBodies): Promise<void> {
    const { submission, placements } = data;
    const { batch, numbers, isErased } = this.#writing;
    for (const placement of placements) {
      const standing = standingOf(placement);
      if (standing.registers) this.#individuals.add(standing.individual);
      const placed = { placement, submission, standing };
      const enters = placement.commitments !== undefined;
      const row = bodies.get(placement.record);
      if (enters && row === undefined && !(await isErased(placement.record)))
        throw new Error(`the body of the record that entered at revision ${revision} is missing`);
      await (enters
        ? batch.add(this.#writeEntered, { ...placed, number: numbers.nextRecord(), row })
        : batch.add(this.#writePlacedAgain, placed));
    }
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

  split(event: EventOf<'IndividualSplit'>['data']): Promise<void> | undefined {
    if (event.registered) this.#individuals.add(event.into);
    return this.#writing.batch.add(this.#writeSplits, event);
  }

  merge(merged: EventOf<'IndividualsMerged'>['data']): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeMerges, merged);
  }

  /** A submission that carries a record gives the record its period only if it outranks the current one. */
  readonly #writeCarried = async (items: readonly Carried[]): Promise<void> => {
    const { rows } = await this.#client.query<[number | null]>({
      text: `UPDATE numbered_record r SET submission = other.number
       FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS c (record, submission, always), submission mine, submission other
       WHERE r.record_id = c.record AND mine.number = r.submission AND other.submission_id = c.submission
         AND (c.always OR (other.period_start, other.sequence) > (mine.period_start, mine.sequence))
       RETURNING r.individual`,
      values: [
        items.map(({ record }) => record),
        items.map(({ submission }) => submission),
        items.map(({ always }) => always),
      ],
      rowMode: 'array',
    });
    this.#touched.addAll(rows.map(([individual]) => individual));
  };

  readonly #writeRetired = async (records: readonly string[]): Promise<void> => {
    const { rows } = await this.#client.query<[number | null]>({
      text: `UPDATE numbered_record SET state = 'retired', reason = NULL, individual = NULL
       WHERE record_id = ANY ($1::uuid[]) RETURNING old.individual`,
      values: [records],
      rowMode: 'array',
    });
    this.#touched.addAll(rows.map(([individual]) => individual));
  };

  readonly #writeEntered = async (items: readonly Entered[]): Promise<void> => {
    await this.#individuals.lookUp(this.#client, individualsOf(items));
    const founded: RegisteredIndividual[] = [];
    const facts = new Map<FactRow['kind'], { readonly record: number; readonly fact: FactRow }[]>();
    const rows = items.map(({ placement, submission, standing: placed, number, row }) => {
      const file = this.#fileOf(submission);
      const rules = this.#writing.rules.of(file.dataset);
      const { individual, registers, state, reason } = placed;
      const standing: StandingRecord = {
        ...{ number, individual: individual === null ? null : this.#individuals.of(individual) },
        ...{ submission: file.number, record: placement.record, rowKey: placement.rowKey },
        ...{ dataset: file.datasetNumber, role: placement.role, state, reason },
      };
      if (registers) founded.push(firstOf(individual, placement.role, number, row));
      if (row !== undefined) {
        for (const fact of factRowsOf(row.facts)) {
          const its = facts.get(fact.kind);
          if (its === undefined) facts.set(fact.kind, [{ record: number, fact }]);
          else its.push({ record: number, fact });
        }
        // The first record of an individual determines it completely.
        if (standing.individual !== null && !registers) {
          if (isAttributed(row, rules)) this.#touched.add(standing.individual);
          else this.#touched.addFact(standing.individual, placement.role);
        }
      }
      return { standing, row, rules };
    });
    await this.#register(founded);
    await copyRows(this.#client, 'numbered_record', recordColumns, rows, (out, { standing, row, rules }) =>
      encodeRecord(out, standing, row, rules),
    );
    for (const [kind, said] of facts) {
      await copyRows(this.#client, `numbered_${kind}`, factColumns[kind], said, (out, { record, fact }) =>
        encodeFact(out, record, fact),
      );
    }
  };

  /** Updates a record that is already in the read models: it is revived, moved or set aside. */
  readonly #writePlacedAgain = async (items: readonly Placed[]): Promise<void> => {
    await this.#individuals.lookUp(this.#client, individualsOf(items));
    await this.#register(
      items.flatMap(({ placement, standing: { individual, registers } }) =>
        registers ? [{ id: individual, role: placement.role, survivor: survivorOf([]) }] : [],
      ),
    );
    const stands = items.map(({ standing }) => standing);
    const joined = stands.map(({ individual }) =>
      individual === null ? null : this.#individuals.of(individual),
    );
    const { rows } = await this.#client.query<[number | null]>({
      text: `UPDATE numbered_record r SET submission = s.number, individual = p.individual, state = p.state, reason = p.reason
       FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[]) AS p (record, submission, individual, state, reason)
       JOIN submission s ON s.submission_id = p.submission
       WHERE r.record_id = p.record RETURNING old.individual`,
      values: [
        items.map(({ placement }) => placement.record),
        items.map(({ submission }) => submission),
        joined,
        stands.map(({ state }) => state),
        stands.map(({ reason }) => reason),
      ],
      rowMode: 'array',
    });
    this.#touched.addAll(rows.map(([individual]) => individual));
    this.#touched.addAll(joined);
  };

  readonly #writeSplits = async (items: readonly EventOf<'IndividualSplit'>['data'][]): Promise<void> => {
    await this.#individuals.lookUp(
      this.#client,
      items.flatMap(({ individual, into }) => [individual, into]),
    );
    await this.#register(
      items
        .filter(({ registered }) => registered)
        .map(({ into, role }) => ({ id: into, role, survivor: survivorOf([]) })),
    );
    const moves = items.flatMap(({ into, records }) =>
      records.map((record) => ({ record, into: this.#individuals.of(into) })),
    );
    await this.#client.query(
      `UPDATE numbered_record r SET individual = m.joined FROM unnest($1::uuid[], $2::int[]) AS m (record, joined)
       WHERE r.record_id = m.record`,
      [moves.map(({ record }) => record), moves.map(({ into }) => into)],
    );
    for (const { individual, into } of items) {
      this.#touched.add(this.#individuals.of(individual));
      this.#touched.add(this.#individuals.of(into));
    }
  };

  readonly #writeMerges = async (items: readonly EventOf<'IndividualsMerged'>['data'][]): Promise<void> => {
    await this.#individuals.lookUp(
      this.#client,
      items.flatMap(({ individual, absorbed }) => [individual, absorbed]),
    );
    const ends = [...endsOf(items)].map(([absorbed, end]) => [
      this.#individuals.of(absorbed),
      this.#individuals.of(end),
    ]);
    await this.#client.query(
      `UPDATE numbered_record r SET individual = m.kept FROM unnest($1::int[], $2::int[]) AS m (absorbed, kept)
       WHERE r.individual = m.absorbed`,
      [ends.map(([absorbed]) => absorbed), ends.map(([, end]) => end)],
    );
    const into = new Map(
      items.map(({ absorbed, individual }) => [
        this.#individuals.of(absorbed),
        this.#individuals.of(individual),
      ]),
    );
    await this.#client.query(
      `UPDATE numbered_individual i SET forwarded_to = m.kept
       FROM unnest($1::int[], $2::int[]) AS m (absorbed, kept) WHERE i.number = m.absorbed`,
      [[...into.keys()], [...into.values()]],
    );
    this.#touched.addAll(ends.flat());
  };

  async #register(individuals: readonly RegisteredIndividual[]): Promise<void> {
    if (individuals.length === 0) return;
    await copyRows(this.#client, 'numbered_individual', individualColumns, individuals, (out, individual) => {
      const { id, role, survivor } = individual;
      out.integer(this.#individuals.of(id)).uuid(id).text(role);
      out.text(survivor.attributes).text(survivor.provenance).nothing();
    });
  }

  #fileOf(submission: SubmissionId): FileOfRecords {
    const file = this.#files.get(submission);
    if (file === undefined)
      throw new Error('a record enters the ledger outside the decision of its submission');
    return file;
  }
}

export const individualColumns = [
  'number',
  'individual_id',
  'role',
  'attributes',
  'provenance',
  'forwarded_to',
];

const individualsOf = (items: readonly Placed[]): string[] =>
  items.flatMap(({ standing: { individual } }) => individual ?? []);

/** An individual as its first record determines it, if that record has a body. */
const firstOf = (
  id: string,
  role: string,
  number: number,
  row: MarkedBody | undefined,
): RegisteredIndividual => ({
  ...{ id, role },
  survivor: survivorOf(row === undefined ? [] : [{ number, attributes: row.attributes }]),
});
