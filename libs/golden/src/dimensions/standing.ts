import type { GoldenTable } from '../golden-table.js';

export const standing: GoldenTable = {
  name: 'standing',
  kind: 'dimension',
  grain: 'the state of the golden dataset',
  meaning: 'What the other tables are read from: name it beside every number that you take from them.',
  readers: 'everybody',
  key: ['position'],
  columns: {
    position: {
      type: 'bigint',
      meaning: 'Ledger position of the live read models.',
      source: 'the read models’ checkpoint',
    },
    programme: {
      type: 'text',
      nullable: true,
      meaning: 'Id of the programme; null before it is defined.',
      source: 'programme definition: id',
    },
    programme_name: {
      type: 'text',
      nullable: true,
      meaning: 'Name of the programme.',
      source: 'programme definition: name',
    },
    definition_version: {
      type: 'int',
      nullable: true,
      meaning: 'Version of the programme definition in force.',
      source: 'programme definition: version',
    },
    definition_digest: {
      type: 'text',
      nullable: true,
      meaning: 'SHA-256 of the definition, as the ledger names it.',
      source: 'the ledger: ProgrammeDefined.definition',
    },
    synthetic: {
      type: 'boolean',
      nullable: true,
      meaning: 'Whether the people are made up.',
      source: 'programme definition: synthetic',
    },
  },
  sql: `SELECT c.position, p.programme, p.definition->>'name', (p.definition->>'version')::int, p.definition_digest,
       CASE WHEN p.programme IS NOT NULL THEN coalesce((p.definition->>'synthetic')::boolean, false) END
FROM checkpoint c LEFT JOIN programme p ON true`,
};
