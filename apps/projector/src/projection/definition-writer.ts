import type { LedgerEvent } from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import { datasetsOf, definitionDocument, type Dataset, type DefinitionDocument } from '@kinledger/programme';
import type pg from 'pg';
import type { DatasetRules } from './decision-writer.js';
import type { TouchedIndividuals } from './touched-individuals.js';

type DefinitionEvent = Extract<LedgerEvent, { type: 'ProgrammeDefined' | 'StrategyAdopted' }>;

/** Keeps the programme's own tables, and the rules that projection itself needs, at the definition in force. */
export class DefinitionWriter {
  private rules = new Map<string, DatasetRules>();

  constructor(
    private readonly client: pg.ClientBase,
    private readonly schema: string,
    private readonly store: EventStore,
    private readonly touched: TouchedIndividuals,
  ) {}

  /** Takes up the definition that is in force at the checkpoint. */
  async load(): Promise<void> {
    const { rows } = await this.client.query<{
      dataset: string;
      session_kinds: string[];
      lists_people: boolean;
    }>(`SELECT dataset, session_kinds, data_type = 'user' AS lists_people FROM ${this.schema}.dataset`);
    this.rules = new Map(
      rows.map((row) => [
        row.dataset,
        { sessionKinds: new Set(row.session_kinds), listsPeople: row.lists_people },
      ]),
    );
  }

  rulesOf(dataset: string): DatasetRules {
    const rules = this.rules.get(dataset);
    if (rules === undefined) throw new Error(`dataset ${dataset} is not in the programme definition`);
    return rules;
  }

  /**
   * Puts a definition into force; survivorship follows the new authority order at the end of the transaction.
   * @throws Error when the payload beside the ledger is missing, ZodError when it is no definition.
   */
  async take(event: DefinitionEvent): Promise<void> {
    if (event.type === 'StrategyAdopted') {
      await this.client.query('UPDATE programme SET strategy = $1', [event.data.strategy]);
      return;
    }
    const bytes = await this.store.readPayload(event.data.definition);
    if (bytes === undefined)
      throw new Error(`the definition in force at revision ${event.revision} is missing`);
    const document = definitionDocument.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const datasets = datasetsOf(document);
    await this.writeProgramme(event, document);
    await this.writeServices(document);
    await this.writeDatasets(document, datasets);
    await this.touched.addEverybody();
    this.rules = new Map(
      datasets.map((dataset) => [
        dataset.id,
        { sessionKinds: sessionKindsOf(dataset), listsPeople: dataset.dataType === 'user' },
      ]),
    );
    await this.client.query(
      `UPDATE engagement e SET qualifying = e.attended AND e.session_kind = ANY (d.session_kinds)
       FROM record r JOIN dataset d USING (dataset)
       WHERE r.record_id = e.record_id AND e.qualifying <> (e.attended AND e.session_kind = ANY (d.session_kinds))`,
    );
  }

  private async writeProgramme(
    event: Extract<DefinitionEvent, { type: 'ProgrammeDefined' }>,
    { definition }: DefinitionDocument,
  ): Promise<void> {
    await this.client.query(
      `INSERT INTO programme (programme, definition, definition_digest, defined_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (programme) DO UPDATE
       SET definition = excluded.definition, definition_digest = excluded.definition_digest, defined_at = excluded.defined_at`,
      [event.data.programme, definition, event.data.definition, event.revision],
    );
  }

  private async writeServices({ definition }: DefinitionDocument): Promise<void> {
    await this.client.query('DELETE FROM strand');
    await this.client.query(
      'INSERT INTO strand (strand, name, ordinal) SELECT * FROM unnest($1::text[], $2::text[], $3::int[])',
      [
        definition.strands.map(({ id }) => id),
        definition.strands.map(({ name }) => name),
        definition.strands.map((_, ordinal) => ordinal),
      ],
    );
    await this.client.query('DELETE FROM service');
    await this.client.query(
      `INSERT INTO service (service, strand, name, provider, administrative, individual_beneficiaries, ordinal)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::int[])`,
      [
        definition.services.map(({ id }) => id),
        definition.services.map(({ strand }) => strand ?? null),
        definition.services.map(({ name }) => name),
        definition.services.map(({ provider }) => provider),
        definition.services.map(({ administrative }) => administrative),
        definition.services.map(({ individualBeneficiaries }) => individualBeneficiaries),
        definition.services.map((_, ordinal) => ordinal),
      ],
    );
    await this.client.query('DELETE FROM area');
    await this.client.query(
      `INSERT INTO area (lsoa, deprivation_decile, in_area) SELECT * FROM unnest($1::text[], $2::int[], $3::boolean[])`,
      [
        definition.area.lsoas.map(({ code }) => code),
        definition.area.lsoas.map(({ deprivationDecile }) => deprivationDecile),
        definition.area.lsoas.map(({ inArea }) => inArea),
      ],
    );
  }

  private async writeDatasets(
    { definition }: DefinitionDocument,
    datasets: readonly Dataset[],
  ): Promise<void> {
    const rows = datasets.map((dataset) => ({
      dataset: dataset.id,
      service: dataset.service,
      data_type: dataset.dataType,
      extract_kind: dataset.extractKind,
      authority: authorityOf(dataset, definition.authority),
      session_kinds: [...sessionKindsOf(dataset)],
    }));
    await this.client.query('DELETE FROM dataset');
    await this.client.query(
      'INSERT INTO dataset SELECT * FROM json_populate_recordset(NULL::dataset, $1::json)',
      [JSON.stringify(rows)],
    );
  }
}

const sessionKindsOf = (dataset: Dataset): ReadonlySet<string> =>
  new Set(dataset.schema['x-kinledger'].sessionKinds);

/** Place in the definition’s authority order; datasets that it does not list share the last one. */
function authorityOf(dataset: Dataset, authority: readonly string[]): number {
  const at = authority.indexOf(dataset.id);
  return at === -1 ? authority.length : at;
}
