import { datasetsOf, definitionDocument, type Dataset, type DefinitionDocument } from '@kinledger/programme';
import type { EventOf, Writing } from '../read-model.js';
import { characteristicsOf } from './characteristics.js';
import { priorityPath } from './priority-path.js';

/** Keeps the programme's tables, and the rules that other read models apply, at the definition in force. */
export class ProgrammeWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  async adopt(strategy: string): Promise<void> {
    await this.#writing.flush();
    await this.#writing.client.query('UPDATE programme SET strategy = $1', [strategy]);
  }

  /**
   * Puts a definition into force.
   * @throws Error if the payload beside the ledger is missing, ZodError if it is not a definition.
   */
  async define(event: EventOf<'ProgrammeDefined'>): Promise<void> {
    const { flush, readPayload, rules } = this.#writing;
    await flush();
    const bytes = await readPayload(event.data.definition);
    if (bytes === undefined)
      throw new Error(`the definition in force at revision ${event.revision} is missing`);
    const document = definitionDocument.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const datasets = datasetsOf(document);
    await this.#writeProgramme(event, document);
    await this.#writeServices(document);
    await this.#writeDatasets(document, datasets);
    await this.#writeCharacteristics(datasets);
    rules.replace(
      new Map(
        datasets.map((dataset) => [
          dataset.id,
          { sessionKinds: sessionKindsOf(dataset), listsPeople: dataset.dataType === 'user' },
        ]),
      ),
    );
  }

  async #writeProgramme(
    event: EventOf<'ProgrammeDefined'>,
    { definition }: DefinitionDocument,
  ): Promise<void> {
    await this.#writing.client.query(
      `INSERT INTO programme (programme, definition, definition_digest, priority_path, defined_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (programme) DO UPDATE
       SET definition = excluded.definition, definition_digest = excluded.definition_digest,
           priority_path = excluded.priority_path, defined_at = excluded.defined_at`,
      [
        ...[event.data.programme, definition, event.data.definition],
        definition.priorityPopulation === undefined ? null : priorityPath(definition.priorityPopulation.rule),
        event.revision,
      ],
    );
  }

  async #writeServices({ definition }: DefinitionDocument): Promise<void> {
    await this.#writing.client.query('DELETE FROM strand');
    await this.#writing.client.query(
      'INSERT INTO strand (strand, name, ordinal) SELECT * FROM unnest($1::text[], $2::text[], $3::int[])',
      [
        definition.strands.map(({ id }) => id),
        definition.strands.map(({ name }) => name),
        definition.strands.map((_, ordinal) => ordinal),
      ],
    );
    await this.#writing.client.query('DELETE FROM service');
    await this.#writing.client.query(
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
    await this.#writing.client.query('DELETE FROM area');
    await this.#writing.client.query(
      `INSERT INTO area (lsoa, deprivation_decile, in_area, ward)
       SELECT * FROM unnest($1::text[], $2::int[], $3::boolean[], $4::text[])`,
      [
        definition.area.lsoas.map(({ code }) => code),
        definition.area.lsoas.map(({ deprivationDecile }) => deprivationDecile),
        definition.area.lsoas.map(({ inArea }) => inArea),
        definition.area.lsoas.map(({ ward }) => ward ?? null),
      ],
    );
  }

  async #writeCharacteristics(datasets: readonly Dataset[]): Promise<void> {
    await this.#writing.client.query('DELETE FROM characteristic');
    await this.#writing.client.query(
      'INSERT INTO characteristic SELECT * FROM json_populate_recordset(NULL::characteristic, $1::json)',
      [JSON.stringify(characteristicsOf(datasets).map((one, ordinal) => ({ ...one, ordinal })))],
    );
  }

  async #writeDatasets({ definition }: DefinitionDocument, datasets: readonly Dataset[]): Promise<void> {
    const rows = datasets.map((dataset) => ({
      dataset: dataset.id,
      service: dataset.service,
      data_type: dataset.dataType,
      extract_kind: dataset.extractKind,
      authority: authorityOf(dataset, definition.authority),
      session_kinds: [...sessionKindsOf(dataset)],
    }));
    await this.#writing.client.query('DELETE FROM dataset');
    await this.#writing.client.query(
      'INSERT INTO dataset SELECT * FROM json_populate_recordset(NULL::dataset, $1::json)',
      [JSON.stringify(rows)],
    );
    // What one definition withheld stays withheld under every later one.
    await this.#writing.client.query(
      'INSERT INTO sensitive_dataset SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING',
      [definition.datasets.filter(({ sensitive }) => sensitive === true).map(({ id }) => id)],
    );
  }
}

const sessionKindsOf = (dataset: Dataset): ReadonlySet<string> =>
  new Set(dataset.schema['x-kinledger'].sessionKinds);

/** Position in the definition’s authority order; unlisted datasets share the last position. */
function authorityOf(dataset: Dataset, authority: readonly string[]): number {
  const at = authority.indexOf(dataset.id);
  return at === -1 ? authority.length : at;
}
