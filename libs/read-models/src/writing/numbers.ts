import type pg from 'pg';

/** Maximum number of ids in memory before the tables are queried again: about ten megabytes. */
const REMEMBERED = 100_000;

/**
 * Ids of one kind and the dense numbers that replace them in the tables, from 1, in the order in which the ledger first
 * names them: a number is a function of the ledger, so that a rebuild gives the same numbers.
 */
export class NumberedIds {
  readonly #numbers = new Map<string, number>();
  #last = 0;
  readonly #table: string;
  readonly #column: string;

  /** @param table a table with a column `number`. @param column its indexed column with the ids. */
  constructor(table: string, column: string) {
    this.#table = table;
    this.#column = column;
  }

  /** The last number given. */
  get last(): number {
    return this.#last;
  }

  /** Gives a new id the next number. */
  add(id: string): number {
    this.#last += 1;
    this.#numbers.set(id, this.#last);
    return this.#last;
  }

  /** @throws Error for an id that was neither given a number nor looked up since the transaction began. */
  of(id: string): number {
    const number = this.#numbers.get(id);
    if (number === undefined) throw new Error(`${this.#table} has no row of an id that the ledger names`);
    return number;
  }

  /** Looks up in the table the ids that are not in memory. Ids without a row stay unknown. */
  async lookUp(client: pg.ClientBase, ids: Iterable<string>): Promise<void> {
    const unknown = new Set<string>();
    for (const id of ids) if (!this.#numbers.has(id)) unknown.add(id);
    if (unknown.size === 0) return;
    const { rows } = await client.query<[string, number]>({
      text: `SELECT ${this.#column}, number FROM ${this.#table} WHERE ${this.#column} = ANY ($1::uuid[])`,
      values: [[...unknown]],
      rowMode: 'array',
    });
    for (const [id, number] of rows) this.#numbers.set(id.replaceAll('-', ''), number);
  }

  /** Whether `of` returns a number for the id. */
  has(id: string): boolean {
    return this.#numbers.has(id);
  }

  /** Forgets an id whose row was deleted; its number is not given again. */
  forget(id: string): void {
    this.#numbers.delete(id);
  }

  /** Continues after a number. Every numbered id must be in the table by now. */
  continueAfter(last: number): void {
    this.#last = last;
    if (this.#numbers.size > REMEMBERED) this.#numbers.clear();
  }
}

/** The counts of one schema of read models. */
export class Numbers {
  readonly individuals = new NumberedIds('numbered_individual', 'individual_id');
  readonly families = new NumberedIds('numbered_family', 'family_id');
  readonly submissions = new NumberedIds('submission', 'submission_id');
  readonly #datasets = new Map<string, number>();
  #records = 0;

  /** Loads the counts from the tables, which contain every numbered id. */
  async load(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{
      records: number;
      individuals: number;
      families: number;
      submissions: number;
    }>('SELECT records, individuals, families, submissions FROM checkpoint');
    const [counted] = rows;
    if (counted === undefined) throw new Error('the read models have no checkpoint');
    this.#records = counted.records;
    this.individuals.continueAfter(counted.individuals);
    this.families.continueAfter(counted.families);
    this.submissions.continueAfter(counted.submissions);
    const datasets = await client.query<{ dataset: string; number: number }>(
      'SELECT dataset, number FROM numbered_dataset',
    );
    this.#datasets.clear();
    for (const { dataset, number } of datasets.rows) this.#datasets.set(dataset, number);
  }

  /** Moves the checkpoint and stores the counts with it. */
  async save(client: pg.ClientBase, position: number): Promise<void> {
    await client.query(
      'UPDATE checkpoint SET position = $1, records = $2, individuals = $3, families = $4, submissions = $5',
      [position, this.#records, this.individuals.last, this.families.last, this.submissions.last],
    );
  }

  /** The number of the next record that enters. */
  nextRecord(): number {
    this.#records += 1;
    return this.#records;
  }

  /** Sets the number of records that have entered. */
  countedRecords(count: number): void {
    this.#records = count;
  }

  /** The dataset’s number; a new dataset is also added to the table. */
  async ofDataset(client: pg.ClientBase, dataset: string): Promise<number> {
    const known = this.#datasets.get(dataset);
    if (known !== undefined) return known;
    const number = this.#datasets.size + 1;
    await client.query('INSERT INTO numbered_dataset (number, dataset) VALUES ($1, $2)', [number, dataset]);
    this.#datasets.set(dataset, number);
    return number;
  }
}
