import { copyInto, type CopyValue } from '@kinledger/database';
import { periodOfCode } from '@kinledger/domain';
import {
  ADDRESS_PROTECTED,
  concerns,
  type LedgerDecision,
  type LedgerEvent,
  type PseudonymisedRow,
  type SubmissionId,
} from '@kinledger/contracts';
import type pg from 'pg';
import { marksOf } from './row-marks.js';
import { AREA } from './survivorship.js';
import type { TouchedIndividuals } from './touched-individuals.js';

type DataOf<Type extends LedgerEvent['type']> = Extract<LedgerDecision, { type: Type }>['data'];
type Placement = DataOf<'IndividualRegistered'> | DataOf<'IndividualMatched'> | DataOf<'RecordSetAside'>;

interface PlacedAgain {
  readonly placement: Placement;
  /** True when the placement registers its individual. */
  readonly registers: boolean;
  readonly revision: number;
}

interface Entered extends PlacedAgain {
  /** Absent for a record that was erased since. */
  readonly row: PseudonymisedRow | undefined;
}

/** Changes of one sort that wait to be written in one statement; their order among themselves does not matter. */
type Pending =
  | { readonly sort: 'enter'; readonly items: Entered[] }
  | { readonly sort: 'place-again'; readonly items: PlacedAgain[] }
  | { readonly sort: 'retire'; readonly items: string[] }
  | { readonly sort: 'erase'; readonly items: string[] }
  | { readonly sort: 'carry'; readonly items: { submission: string; record: string; always: boolean }[] }
  | { readonly sort: 'split'; readonly items: { data: DataOf<'IndividualSplit'>; revision: number }[] }
  | { readonly sort: 'merge'; readonly items: DataOf<'IndividualsMerged'>[] }
  | { readonly sort: 'refer'; readonly items: { data: DataOf<'LinkReferred'>; revision: number }[] }
  | { readonly sort: 'lapse'; readonly items: string[] }
  | { readonly sort: 'relate'; readonly items: DataOf<'RelationshipIdentified'>[] }
  | { readonly sort: 'unrelate'; readonly items: string[] }
  | { readonly sort: 'family'; readonly items: DataOf<'FamilyLinked'>[] }
  | { readonly sort: 'dissolve'; readonly items: DataOf<'FamilyDissolved'>[] };

type Sort = Pending['sort'];
type ItemOf<S extends Sort> = Extract<Pending, { sort: S }>['items'][number];

const MAX_PENDING = 5_000;

/** What a dataset's rows need in order to count. */
export interface DatasetRules {
  readonly sessionKinds: ReadonlySet<string>;
  /** Whether its rows are person records. */
  readonly listsPeople: boolean;
}

/**
 * Writes the events of decisions into a schema of read models, in the transaction that the client is in. Neighbouring
 * events of one sort become one statement: no round trip per row.
 */
export class DecisionWriter {
  private pending: Pending | undefined;
  private readonly datasets = new Map<string, string>();

  constructor(
    private readonly client: pg.ClientBase,
    private readonly touched: TouchedIndividuals,
    private readonly rulesOf: (dataset: string) => DatasetRules,
    /** Whether a later event of the ledger erases the record: only then may its body be missing. */
    private readonly isErased: (record: string) => Promise<boolean>,
  ) {}

  /** Takes one event. `row` is the record's body where the event brings a new record into the ledger. */
  async take(event: LedgerEvent, row: PseudonymisedRow | undefined): Promise<void> {
    if (!concerns('read-models', event)) return;
    switch (event.type) {
      case 'SubmissionReceived':
        this.datasets.set(event.data.submission, event.data.dataset);
        return this.receive(event.data, event);
      case 'IndividualRegistered':
      case 'IndividualMatched':
      case 'RecordSetAside':
        return this.place(
          {
            placement: event.data,
            registers: event.type === 'IndividualRegistered',
            revision: event.revision,
          },
          row,
        );
      case 'RecordsRetired':
        for (const record of event.data.records) await this.push('retire', record);
        return;
      case 'RecordErased':
        for (const record of event.data.records) await this.push('erase', record);
        return;
      case 'RecordsCarried':
      case 'CarrierChanged':
        for (const record of event.data.records) {
          const always = event.type === 'CarrierChanged';
          await this.push('carry', { submission: event.data.submission, record, always });
        }
        return;
      case 'IndividualSplit':
        return this.push('split', { data: event.data, revision: event.revision });
      case 'IndividualsMerged':
        return this.push('merge', event.data);
      case 'LinkReferred':
        return this.push('refer', { data: event.data, revision: event.revision });
      case 'LinkReferralLapsed':
        return this.push('lapse', event.data.referral);
      case 'RelationshipIdentified':
        return this.push('relate', event.data);
      case 'RelationshipEnded':
        return this.push('unrelate', event.data.relationship);
      case 'FamilyLinked':
        return this.push('family', event.data);
      case 'FamilyDissolved':
        return this.push('dissolve', event.data);
      case 'SubmissionLinked':
        return this.closeSubmission(event.data.submission, 'linked', event.revision, event.data.outcomes);
      case 'SubmissionWithdrawn':
        return this.closeSubmission(
          event.data.submission,
          'withdrawn',
          event.revision,
          undefined,
          event.data.reason,
        );
      case 'SubmissionParked':
        return this.park(event.data, event.revision);
      case 'ProgrammeDefined':
      case 'StrategyAdopted':
        throw new Error(`${event.type} is applied by the projection itself`);
      default:
        return event satisfies never;
    }
  }

  private async place(placed: PlacedAgain, row: PseudonymisedRow | undefined): Promise<void> {
    const { commitments, record } = placed.placement;
    if (commitments === undefined) return this.push('place-again', placed);
    if (row === undefined && !(await this.isErased(record))) {
      throw new Error(`the body of the record that entered at revision ${placed.revision} is missing`);
    }
    return this.push('enter', { ...placed, row });
  }

  private async push<S extends Sort>(sort: S, item: ItemOf<S>): Promise<void> {
    if (this.pending?.sort !== sort || this.pending.items.length >= MAX_PENDING) await this.flush();
    this.pending ??= { sort, items: [] } as Pending;
    (this.pending.items as ItemOf<S>[]).push(item);
  }

  async flush(): Promise<void> {
    const { pending } = this;
    this.pending = undefined;
    if (pending === undefined) return;
    switch (pending.sort) {
      case 'enter':
        return this.writeEntered(pending.items);
      case 'place-again':
        return this.writePlacedAgain(pending.items);
      case 'retire':
        return this.writeRetired(pending.items);
      case 'erase':
        return this.writeErased(pending.items);
      case 'carry':
        return this.writeCarried(pending.items);
      case 'split':
        return this.writeSplits(pending.items);
      case 'merge':
        return this.writeMerges(pending.items);
      case 'refer':
        await copyInto(
          this.client,
          'referral',
          ['referral_id', 'reason', 'rule', 'subject', 'candidates', 'referred'],
          pending.items.map(({ data, revision }) => [
            data.referral,
            data.reason,
            data.rule,
            data.subject,
            data.candidates,
            revision,
          ]),
        );
        return;
      case 'lapse':
        await this.client.query('DELETE FROM referral WHERE referral_id = ANY ($1::uuid[])', [pending.items]);
        return;
      case 'relate':
        await copyInto(
          this.client,
          'relationship',
          ['relationship_id', 'kind', 'child_id', 'other_id', 'domain'],
          pending.items.map((data) => [data.relationship, data.kind, data.child, data.other, data.domain]),
        );
        return;
      case 'unrelate':
        await this.client.query('DELETE FROM relationship WHERE relationship_id = ANY ($1::uuid[])', [
          pending.items,
        ]);
        return;
      case 'family':
        return this.writeFamilies(pending.items);
      case 'dissolve':
        await this.client.query(
          `WITH gone AS (DELETE FROM family WHERE family_id = ANY ($1::uuid[]) RETURNING family_id)
           DELETE FROM family_member m USING gone WHERE m.family_id = gone.family_id`,
          [pending.items.map(({ family }) => family)],
        );
        return;
      default:
        return pending satisfies never;
    }
  }

  /** A submission that carries a record gives it its period only if it outranks the one that does. */
  private async writeCarried(items: readonly ItemOf<'carry'>[]): Promise<void> {
    const records = items.map(({ record }) => record);
    await this.touched.addOwnersOf(records);
    await this.client.query(
      `UPDATE record r SET submission_id = c.submission
       FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS c (record, submission, always), submission mine, submission other
       WHERE r.record_id = c.record AND mine.submission_id = r.submission_id AND other.submission_id = c.submission
         AND (c.always OR (other.period_start, other.sequence) > (mine.period_start, mine.sequence))`,
      [records, items.map(({ submission }) => submission), items.map(({ always }) => always)],
    );
  }

  private async writeRetired(records: readonly string[]): Promise<void> {
    await this.touched.addOwnersOf(records);
    await this.client.query(
      `UPDATE record SET state = 'retired', reason = NULL, individual_id = NULL WHERE record_id = ANY ($1::uuid[])`,
      [records],
    );
  }

  /** What bodies said goes; what the ledger says of the record stays, as a rebuild without the body would have it. */
  private async writeErased(records: readonly string[]): Promise<void> {
    for (const table of ['record_attribute', 'engagement', 'outcome', 'feedback', 'input']) {
      await this.client.query(`DELETE FROM ${table} WHERE record_id = ANY ($1::uuid[])`, [records]);
    }
    await this.client.query(
      `UPDATE record SET state = 'retired', reason = 'erased', attributed = false, as_of = NULL, marks = 0, case_mark = NULL
       WHERE record_id = ANY ($1::uuid[])`,
      [records],
    );
  }

  private async writeEntered(items: readonly Entered[]): Promise<void> {
    const individuals: CopyValue[][] = [];
    const records: CopyValue[][] = [];
    const attributes: CopyValue[][] = [];
    const engagements: CopyValue[][] = [];
    const outcomes: CopyValue[][] = [];
    const feedback: CopyValue[][] = [];
    const inputs: CopyValue[][] = [];
    const facts = new Map<string, Set<string>>();
    for (const { placement, registers, row, revision } of items) {
      const dataset = this.datasetOf(placement.submission);
      const { individual, state, reason } = standsAs(placement);
      if (registers) individuals.push(registeredRow(individual, placement.role, revision, row));
      const { sessionKinds, listsPeople } = this.rulesOf(dataset);
      const attributed = row !== undefined && (listsPeople || Object.keys(row.attributes).length > 0);
      records.push([
        placement.record,
        placement.rowKey,
        dataset,
        placement.submission,
        placement.role,
        state,
        reason,
        individual,
        revision,
        attributed,
        row === undefined ? null : (asOf(row) ?? null),
        ...(row === undefined ? [0, null] : marksOf(row)),
      ]);
      if (row === undefined) continue;
      const { facts: said } = row;
      if (Object.keys(row.attributes).length > 0) attributes.push([row.record, row.attributes]);
      // The first record of an individual is all that there is to say of it.
      if (individual !== null && !registers) {
        if (attributed) this.touched.add(individual);
        else this.noteFact(facts, individual, placement.role);
      }
      switch (said.kind) {
        case 'registration':
          break;
        case 'engagement':
          engagements.push([
            row.record,
            said.eventDate,
            said.sessionKind,
            said.attended,
            said.minutes ?? null,
            said.attended && sessionKinds.has(said.sessionKind),
          ]);
          break;
        case 'outcome':
          outcomes.push([
            row.record,
            said.eventDate,
            said.instrument,
            said.measure,
            said.occasion,
            said.score,
          ]);
          break;
        case 'feedback':
          feedback.push([row.record, said.eventDate, said.question, said.rating]);
          break;
        case 'input':
          inputs.push([row.record, said.eventDate, said.category, said.item, said.quantity, said.unit]);
          break;
        default:
          said satisfies never;
      }
    }
    const copy = (table: string, columns: readonly string[], rows: CopyValue[][]) =>
      rows.length === 0 ? undefined : copyInto(this.client, table, columns, rows);
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
        'attributed',
        'as_of',
        'marks',
        'case_mark',
      ],
      records,
    );
    await copy('record_attribute', ['record_id', 'attributes'], attributes);
    await copy(
      'engagement',
      ['record_id', 'event_date', 'session_kind', 'attended', 'minutes', 'qualifying'],
      engagements,
    );
    await copy(
      'outcome',
      ['record_id', 'event_date', 'instrument', 'measure', 'occasion', 'score'],
      outcomes,
    );
    await copy('feedback', ['record_id', 'event_date', 'question', 'rating'], feedback);
    await copy('input', ['record_id', 'event_date', 'category', 'item', 'quantity', 'unit'], inputs);
    await this.touched.addThoseOfAnotherRole(facts);
  }

  /** A fact bears on the role of an individual of facts alone, and only where it has another. */
  private noteFact(facts: Map<string, Set<string>>, individual: string, role: string): void {
    const roles = facts.get(individual);
    if (roles === undefined) facts.set(individual, new Set([role]));
    else roles.add(role);
  }

  /** A record that is in the read models already is placed anew: revived, moved, or set aside. */
  private async writePlacedAgain(items: readonly PlacedAgain[]): Promise<void> {
    await this.registerIndividuals(
      items
        .filter(({ registers }) => registers)
        .map(({ placement, revision }) => ({ ...standsAs(placement), role: placement.role, revision })),
    );
    const records = items.map(({ placement }) => placement.record);
    const stands = items.map(({ placement }) => standsAs(placement));
    await this.touched.addOwnersOf(records);
    await this.client.query(
      `UPDATE record r SET submission_id = p.submission, individual_id = p.individual, state = p.state, reason = p.reason
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS p (record, submission, individual, state, reason)
       WHERE r.record_id = p.record`,
      [
        records,
        items.map(({ placement }) => placement.submission),
        stands.map(({ individual }) => individual),
        stands.map(({ state }) => state),
        stands.map(({ reason }) => reason),
      ],
    );
    await this.touched.addOwnersOf(records);
  }

  private async writeSplits(
    items: readonly { data: DataOf<'IndividualSplit'>; revision: number }[],
  ): Promise<void> {
    await this.registerIndividuals(
      items
        .filter(({ data }) => data.registered)
        .map(({ data, revision }) => ({ individual: data.into, role: data.role, revision })),
    );
    const moves = items.flatMap(({ data }) => data.records.map((record) => ({ record, into: data.into })));
    await this.client.query(
      `UPDATE record r SET individual_id = m.into_id FROM unnest($1::uuid[], $2::uuid[]) AS m (record, into_id) WHERE r.record_id = m.record`,
      [moves.map(({ record }) => record), moves.map(({ into }) => into)],
    );
    for (const { data } of items) {
      this.touched.add(data.individual);
      this.touched.add(data.into);
    }
  }

  private async writeMerges(items: readonly DataOf<'IndividualsMerged'>[]): Promise<void> {
    // Within one decision a kept individual may itself be absorbed later: each record goes to where the chain ends.
    const into = new Map<string, string>();
    for (const { individual, absorbed } of items) into.set(absorbed, individual);
    const end = (individual: string): string => {
      let at = individual;
      for (let next = into.get(at); next !== undefined; next = into.get(at)) at = next;
      return at;
    };
    const absorbed = items.map((item) => item.absorbed);
    await this.client.query(
      `UPDATE record r SET individual_id = m.kept FROM unnest($1::uuid[], $2::uuid[]) AS m (absorbed, kept) WHERE r.individual_id = m.absorbed`,
      [absorbed, absorbed.map(end)],
    );
    await this.client.query(
      `UPDATE individual i SET forwarded_to = m.kept
       FROM unnest($1::uuid[], $2::uuid[]) AS m (absorbed, kept) WHERE i.individual_id = m.absorbed`,
      [absorbed, absorbed.map((id) => into.get(id))],
    );
    for (const id of absorbed) {
      this.touched.add(id);
      this.touched.add(end(id));
    }
  }

  private async writeFamilies(items: readonly DataOf<'FamilyLinked'>[]): Promise<void> {
    // A later event of the same run wins: one row per family and per member.
    const families = new Map(items.map((item) => [item.family, item]));
    await this.client.query(
      `INSERT INTO family (family_id, scope, review) SELECT * FROM unnest($1::uuid[], $2::text[], $3::boolean[])
       ON CONFLICT (family_id) DO UPDATE SET review = excluded.review`,
      [
        [...families.keys()],
        [...families.values()].map(({ scope }) => scope),
        [...families.values()].map(({ review }) => review),
      ],
    );
    const left = items.flatMap(({ family, left }) => left.map((individual) => ({ family, individual })));
    await this.client.query(
      `DELETE FROM family_member m USING unnest($1::uuid[], $2::uuid[]) AS l (family, individual)
       WHERE m.family_id = l.family AND m.individual_id = l.individual`,
      [left.map(({ family }) => family), left.map(({ individual }) => individual)],
    );
    const joined = new Map<string, { scope: string; individual: string; family: string }>();
    for (const { family, scope, joined: members } of items) {
      for (const individual of members) joined.set(`${scope} ${individual}`, { scope, individual, family });
    }
    const members = [...joined.values()];
    await this.client.query(
      `INSERT INTO family_member (scope, individual_id, family_id) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[])
       ON CONFLICT (scope, individual_id) DO UPDATE SET family_id = excluded.family_id`,
      [
        members.map(({ scope }) => scope),
        members.map(({ individual }) => individual),
        members.map(({ family }) => family),
      ],
    );
  }

  private async registerIndividuals(
    items: readonly { individual: string | null; role: string; revision: number }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await copyInto(
      this.client,
      'individual',
      registeredColumns,
      items.map(({ individual, role, revision }) => registeredRow(individual, role, revision)),
    );
  }

  /** A submission that was parked is there already, and is received now. */
  private async receive(data: DataOf<'SubmissionReceived'>, event: LedgerEvent): Promise<void> {
    await this.client.query(
      `INSERT INTO submission (submission_id, intake, provider, dataset, period, period_start, sequence, extract_kind,
         state, attested_by, on_behalf_of, agreement, pseudonymised_at_source, supersedes, counts, findings, received_at, opened, closed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
       ON CONFLICT (submission_id) DO UPDATE
       SET (intake, provider, dataset, period, period_start, sequence, extract_kind, state, reason, attested_by, on_behalf_of,
            agreement, pseudonymised_at_source, supersedes, counts, findings, received_at, opened, closed)
         = (excluded.intake, excluded.provider, excluded.dataset, excluded.period, excluded.period_start, excluded.sequence,
            excluded.extract_kind, excluded.state, NULL, excluded.attested_by, excluded.on_behalf_of, excluded.agreement,
            excluded.pseudonymised_at_source, excluded.supersedes, excluded.counts, excluded.findings, excluded.received_at,
            excluded.opened, excluded.closed)`,
      [
        data.submission,
        data.intake,
        data.provider,
        data.dataset,
        data.period,
        periodOfCode(data.period).start,
        data.sequence,
        data.extractKind,
        data.attestation.by,
        data.attestation.onBehalfOf ?? null,
        data.agreement,
        data.pseudonymisedAtSource,
        data.supersedes,
        data.counts,
        data.findings,
        event.time,
        event.revision,
      ],
    );
  }

  private async closeSubmission(
    submission: SubmissionId,
    state: string,
    revision: number,
    outcomes?: object,
    reason?: string,
  ): Promise<void> {
    await this.flush();
    await this.client.query(
      `UPDATE submission SET state = $2, closed = $3, outcomes = coalesce($4, outcomes), reason = $5 WHERE submission_id = $1`,
      [submission, state, revision, outcomes ?? null, reason ?? null],
    );
  }

  private async park(data: DataOf<'SubmissionParked'>, revision: number): Promise<void> {
    await this.client.query(
      `INSERT INTO submission (submission_id, intake, state, reason, supersedes, opened, closed)
       VALUES ($1, $2, 'parked', $3, '{}', $4, $4)
       ON CONFLICT (submission_id) DO UPDATE SET intake = excluded.intake, state = 'parked', reason = excluded.reason, closed = excluded.closed`,
      [data.submission, data.intake, data.reason, revision],
    );
  }

  private datasetOf(submission: SubmissionId): string {
    const dataset = this.datasets.get(submission);
    if (dataset === undefined)
      throw new Error('a record enters the ledger outside the decision of its submission');
    return dataset;
  }
}

/** Whose a record is, and what it is to readers; only a row that is set aside shows why. */
function standsAs(placement: Placement): {
  readonly individual: string | null;
  readonly state: 'linked' | 'set-aside' | 'retired';
  readonly reason: string | null;
} {
  if ('individual' in placement) return { individual: placement.individual, state: 'linked', reason: null };
  return placement.reason === 'superseded'
    ? { individual: null, state: 'retired', reason: null }
    : { individual: null, state: 'set-aside', reason: placement.reason };
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
