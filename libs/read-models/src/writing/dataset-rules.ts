import type pg from 'pg';

/** The rules that decide which rows of a dataset count. */
export interface RulesOfDataset {
  readonly sessionKinds: ReadonlySet<string>;
  /** Whether its rows are person records. */
  readonly listsPeople: boolean;
}

/** Rules of the datasets of the programme definition in force. */
export class DatasetRules {
  #rules: ReadonlyMap<string, RulesOfDataset> = new Map();

  /** Loads the definition that is in force at the checkpoint. */
  async load(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{
      dataset: string;
      session_kinds: string[];
      lists_people: boolean;
    }>(`SELECT dataset, session_kinds, data_type = 'user' AS lists_people FROM dataset`);
    this.#rules = new Map(
      rows.map((row) => [
        row.dataset,
        { sessionKinds: new Set(row.session_kinds), listsPeople: row.lists_people },
      ]),
    );
  }

  /** Puts the rules of another definition into force. */
  replace(rules: ReadonlyMap<string, RulesOfDataset>): void {
    this.#rules = rules;
  }

  /** The rules of every dataset. */
  all(): Iterable<readonly [dataset: string, rules: RulesOfDataset]> {
    return this.#rules;
  }

  /** @throws Error for a dataset that the definition does not contain. */
  of(dataset: string): RulesOfDataset {
    const rules = this.#rules.get(dataset);
    if (rules === undefined) throw new Error(`dataset ${dataset} is not in the programme definition`);
    return rules;
  }
}
