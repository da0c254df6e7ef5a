import type { Attributes } from '@kinledger/contracts';
import type pg from 'pg';
import { survivorOf } from './survivors.js';

/** How many individuals are refreshed with one query. */
const TOGETHER = 5_000;

/** The role of an individual without records: what an erased record said must not survive. */
const NOBODY = 'none';

/** Orders records from the lowest rank to the highest. */
const leastFirst = 'd.authority DESC, r.as_of NULLS FIRST, s.period_start, r.row_key DESC';

/** Records with the columns that determine their rank. */
const ranked = `numbered_record r
  JOIN numbered_dataset n ON n.number = r.dataset
  JOIN dataset d ON d.dataset = n.dataset
  JOIN submission s ON s.number = r.submission`;

interface RecordOfIndividual {
  readonly number: number;
  readonly role: string;
  readonly listsPeople: boolean;
  readonly attributes: Attributes;
}

/**
 * Individuals whose attributes and role may differ from those that their records give. They are refreshed together, as
 * late as readers allow: an individual depends on the current state of its records, not on their history, so that one
 * refresh at the end of many decisions gives the same as a refresh after each.
 *
 * For each attribute survivorship takes the value of the record that ranks first: by the dataset’s authority (datasets
 * outside the authority order share one rank), then the latest event date, then the latest period, then row key (domain
 * §4, architecture §6). The role is that of the person record that ranks first, or else of the fact that ranks first;
 * an individual without records has none.
 */
export class TouchedIndividuals {
  readonly #touched = new Set<number>();
  /** Roles of facts, by individual, that arrived since individuals were last refreshed. */
  readonly #factRoles = new Map<number, Set<string>>();
  readonly #client: pg.ClientBase;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  add(individual: number): void {
    this.#touched.add(individual);
  }

  addAll(individuals: Iterable<number | null>): void {
    for (const individual of individuals) if (individual !== null) this.#touched.add(individual);
  }

  /**
   * A fact can change only the role of an individual that has facts alone, and only if its role differs. Most are
   * equal.
   */
  addFact(individual: number, role: string): void {
    const roles = this.#factRoles.get(individual);
    if (roles === undefined) this.#factRoles.set(individual, new Set([role]));
    else roles.add(role);
  }

  async addEverybody(): Promise<void> {
    const { rows } = await this.#client.query<{ number: number }>('SELECT number FROM numbered_individual');
    for (const { number } of rows) this.#touched.add(number);
  }

  /** Refreshes them. The tables must contain everything that was added. */
  async settle(): Promise<void> {
    await this.#addThoseOfAnotherRole();
    const touched = [...this.#touched];
    this.#touched.clear();
    for (let from = 0; from < touched.length; from += TOGETHER) {
      await this.#refresh(touched.slice(from, from + TOGETHER));
    }
  }

  async #addThoseOfAnotherRole(): Promise<void> {
    const gained = [...this.#factRoles].flatMap(([individual, roles]) =>
      [...roles].map((role) => [individual, role] as const),
    );
    this.#factRoles.clear();
    if (gained.length === 0) return;
    const { rows } = await this.#client.query<{ number: number }>(
      `SELECT i.number FROM unnest($1::int[], $2::text[]) AS f (individual, role)
       JOIN numbered_individual i ON i.number = f.individual WHERE i.role <> f.role`,
      [gained.map(([individual]) => individual), gained.map(([, role]) => role)],
    );
    for (const { number } of rows) this.#touched.add(number);
  }

  /**
   * Does not write an unchanged individual: records never change, so attributes with the same provenance are the same.
   */
  async #refresh(individuals: readonly number[]): Promise<void> {
    const records = await this.#recordsOf(individuals);
    const roles = new Map<number, string>();
    for (const [individual, its] of records) {
      const person = its.findLast(({ listsPeople }) => listsPeople);
      if (person !== undefined) roles.set(individual, person.role);
    }
    await this.#addRolesOfFacts(
      roles,
      individuals.filter((individual) => !roles.has(individual)),
    );
    const survivors = individuals.map((individual) => survivorOf(records.get(individual) ?? []));
    await this.#client.query(
      `UPDATE numbered_individual i SET role = best.role, attributes = best.attributes, provenance = best.provenance
       FROM unnest($1::int[], $2::text[], $3::text[], $4::text[]) AS best (number, role, attributes, provenance)
       WHERE i.number = best.number AND (i.provenance <> best.provenance OR i.role <> best.role)`,
      [
        individuals,
        individuals.map((individual) => roles.get(individual) ?? NOBODY),
        survivors.map(({ attributes }) => attributes),
        survivors.map(({ provenance }) => provenance),
      ],
    );
  }

  /** The records that determine them, by individual, highest rank last. */
  async #recordsOf(individuals: readonly number[]): Promise<ReadonlyMap<number, RecordOfIndividual[]>> {
    const { rows } = await this.#client.query<[number, number, string, boolean, string | null]>({
      text: `SELECT r.individual, r.number, r.role, d.data_type = 'user', r.attributes
             FROM ${ranked} WHERE r.individual = ANY ($1::int[]) AND r.attributed ORDER BY ${leastFirst}`,
      values: [individuals],
      rowMode: 'array',
    });
    const records = new Map<number, RecordOfIndividual[]>();
    for (const [individual, number, role, listsPeople, said] of rows) {
      // The column contains what `encodeRecord` wrote.
      const attributes = said === null ? {} : (JSON.parse(said) as Attributes);
      const record = { number, role, listsPeople, attributes };
      const its = records.get(individual);
      if (its === undefined) records.set(individual, [record]);
      else its.push(record);
    }
    return records;
  }

  /** Queried only for individuals without a person record, since a person may have many facts. Every fact has a date. */
  async #addRolesOfFacts(roles: Map<number, string>, individuals: readonly number[]): Promise<void> {
    if (individuals.length === 0) return;
    const { rows } = await this.#client.query<{ individual: number; role: string }>(
      `SELECT DISTINCT ON (r.individual) r.individual, r.role FROM ${ranked}
       WHERE r.individual = ANY ($1::int[])
       ORDER BY r.individual, d.authority, r.as_of DESC, s.period_start DESC, r.row_key`,
      [individuals],
    );
    for (const { individual, role } of rows) roles.set(individual, role);
  }
}
