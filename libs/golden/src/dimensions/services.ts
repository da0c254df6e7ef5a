import type { GoldenTable } from '../golden-table.js';
import { UNKNOWN } from '../keys.js';

export const service: GoldenTable = {
  name: 'service',
  kind: 'dimension',
  grain: 'one service or administrative source of the programme definition in force',
  meaning: 'Services with their strand and provider.',
  readers: 'everybody',
  key: ['service_key'],
  columns: {
    service_key: {
      type: 'int',
      meaning: `Opaque key of the service, from its place in the definition; ${UNKNOWN}: not known.`,
      source: 'programme definition: services',
    },
    service: {
      type: 'text',
      nullable: true,
      meaning: 'Id of the service.',
      source: 'programme definition: services[].id',
    },
    service_name: {
      type: 'text',
      nullable: true,
      meaning: 'Name of the service.',
      source: 'programme definition: services[].name',
    },
    strand: {
      type: 'text',
      nullable: true,
      meaning: 'Id of its strand; null for an administrative source.',
      source: 'programme definition: services[].strand',
    },
    strand_name: {
      type: 'text',
      nullable: true,
      meaning: 'Name of its strand.',
      source: 'programme definition: strands[].name',
    },
    strand_order: {
      type: 'int',
      nullable: true,
      meaning: 'Place of the strand in the definition, from 0.',
      source: 'programme definition: strands',
    },
    provider: {
      type: 'text',
      nullable: true,
      meaning: 'Id of the organisation that provides it.',
      source: 'programme definition: services[].provider',
    },
    offer: {
      type: 'text',
      nullable: true,
      meaning:
        'universal: open to everybody of the area; targeted: for those with a stated need; null: the definition does not say.',
      source: 'programme definition: services[].offer',
    },
    administrative: {
      type: 'boolean',
      nullable: true,
      meaning: 'Whether it is an administrative source and no service.',
      source: 'programme definition: services[].administrative',
    },
    individual_beneficiaries: {
      type: 'boolean',
      nullable: true,
      meaning: 'Whether it serves persons, so that reach counts them.',
      source: 'programme definition: services[].individualBeneficiaries',
    },
  },
  sql: `SELECT s.ordinal + 1, s.service, s.name, s.strand, t.name, t.ordinal, s.provider, said.offer, s.administrative, s.individual_beneficiaries
FROM service s
LEFT JOIN strand t ON t.strand = s.strand
LEFT JOIN (SELECT entry->>'id' AS service, entry->>'offer' AS offer
           FROM programme, jsonb_array_elements(definition->'services') AS entry) said ON said.service = s.service
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
};
