import type pg from 'pg';

/** Ids that are remembered before the tables are asked again: some ten megabytes. */
const REMEMBERED = 100_000;

/**
 * Ids of one kind and the dense numbers that stand for them in the tables, from 1, in the order in which the ledger first
 * names them: a number is a function of the ledger, so that a rebuild gives the same.
 */
export class NumberedIds {
  readonly #numbers = new Map<string, number>();
  #last = 0;
  readonly #table: string;
  readonly #column: string;

  /** @param table which has `number`. @param column of the ids, which has an index. */
  constructor(table: string, column: string) {
    this.#table = table;
    this.#column = column;
  }

  /** The number that was given last. */
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

  /** Looks up in the table what is not remembered. Ids that nothing knows stay unknown. */
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

  /** Whether `of` would answer. */
  has(id: string): boolean {
    return this.#numbers.has(id);
  }

  /** What is gone from the table is known no more; its number is not given again. */
  forget(id: string): void {
    this.#numbers.delete(id);
  }

  /** Goes on behind a number. Everything that was given a number is in the table now. */
  goOnBehind(last: number): void {
    this.#last = last;
    if (this.#numbers.size > REMEMBERED) this.#numbers.clear();
  }
}

/** Where numbers are counted, in one schema of read models. */
export class Numbers {
  readonly individuals = new NumberedIds('numbered_individual', 'individual_id');
  readonly families = new NumberedIds('numbered_family', 'family_id');
  readonly submissions = new NumberedIds('submission', 'submission_id');
  readonly #datasets = new Map<string, number>();
  #records = 0;

  /** Takes up where the tables stand: whatever was given a number is in them. */
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
    this.individuals.goOnBehind(counted.individuals);
    this.families.goOnBehind(counted.families);
    this.submissions.goOnBehind(counted.submissions);
    const datasets = await client.query<{ dataset: string; number: number }>(
      'SELECT dataset, number FROM numbered_dataset',
    );
    this.#datasets.clear();
    for (const { dataset, number } of datasets.rows) this.#datasets.set(dataset, number);
  }

  /** Moves the checkpoint, and writes beside it how far each count has come. */
  async keep(client: pg.ClientBase, position: number): Promise<void> {
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

  /** So many records have entered. */
  countedRecords(count: number): void {
    this.#records = count;
  }

  /** The dataset’s number, which a new one is given in the table too. */
  async ofDataset(client: pg.ClientBase, dataset: string): Promise<number> {
    const known = this.#datasets.get(dataset);
    if (known !== undefined) return known;
    const number = this.#datasets.size + 1;
    await client.query('INSERT INTO numbered_dataset (number, dataset) VALUES ($1, $2)', [number, dataset]);
    this.#datasets.set(dataset, number);
    return number;
  }
}
