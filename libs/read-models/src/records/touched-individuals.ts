import type pg from 'pg';
import { refreshTouchedIndividuals } from './survivorship.js';

/**
 * Individuals whose attributes and role may not be what their records say any more. They are brought up to date
 * together, as late as readers allow: what an individual is depends on its records as they stand, not on how they came
 * to be its own, so that doing it once, at the end of many decisions, gives the same as doing it after each.
 */
export class TouchedIndividuals {
  readonly #noted = new Set<string>();
  readonly #client: pg.ClientBase;
  readonly #everybody: boolean;

  /** @param everybody true where all are brought up to date in the end, and nothing need be noted until then. */
  constructor(client: pg.ClientBase, everybody: boolean) {
    this.#client = client;
    this.#everybody = everybody;
  }

  /** Makes the table in which they are collected; it lives as long as the transaction. */
  async begin(): Promise<void> {
    await this.#client.query('CREATE TEMP TABLE touched (individual_id uuid PRIMARY KEY) ON COMMIT DROP');
  }

  add(individual: string): void {
    if (!this.#everybody) this.#noted.add(individual);
  }

  /** Those whom records belong to as they stand now. */
  async addOwnersOf(records: readonly string[]): Promise<void> {
    if (this.#everybody) return;
    await this.#client.query(
      `INSERT INTO touched
       SELECT individual_id FROM record
       WHERE record_id = ANY ($1::uuid[]) AND individual_id IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [records],
    );
  }

  /**
   * Those who gained facts of a role that they do not have: a fact of the role that an individual has already cannot give
   * it another one. Most facts are of that kind, and cost no refresh.
   */
  async addThoseOfAnotherRole(facts: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    if (this.#everybody || facts.size === 0) return;
    const gained = [...facts].flatMap(([individual, roles]) => [...roles].map((role) => [individual, role]));
    await this.#client.query(
      `INSERT INTO touched
       SELECT i.individual_id FROM unnest($1::uuid[], $2::text[]) AS f (individual, role)
       JOIN individual i ON i.individual_id = f.individual WHERE i.role <> f.role
       ON CONFLICT DO NOTHING`,
      [gained.map(([individual]) => individual), gained.map(([, role]) => role)],
    );
  }

  async addEverybody(): Promise<void> {
    await this.#client.query(
      'INSERT INTO touched SELECT individual_id FROM individual ON CONFLICT DO NOTHING',
    );
  }

  /** Brings them up to date. */
  async settle(): Promise<void> {
    if (this.#everybody) await this.addEverybody();
    if (this.#noted.size > 0) {
      await this.#client.query('INSERT INTO touched SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING', [
        [...this.#noted],
      ]);
      this.#noted.clear();
    }
    await refreshTouchedIndividuals(this.#client);
  }
}
