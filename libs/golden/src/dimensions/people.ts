import type { GoldenColumn, GoldenTable } from '../golden-table.js';
import { areaKey, datasets, people, UNKNOWN, WITHHELD } from '../keys.js';
import { ethnicityKeys } from './ethnicity.js';

const attribute = (name: string, meaning: string): GoldenColumn => ({
  ...{ type: 'text', nullable: true, meaning: `${meaning} Null: not recorded.`, source: `attribute ${name}` },
  definition: 'the surviving value: that of the record of the highest authority, then of the latest',
});

export const individual: GoldenTable = {
  name: 'individual',
  kind: 'dimension',
  grain: 'one individual as linked at the position of the read models',
  meaning:
    'People under internal pseudonyms, with their surviving attributes. An individual that was merged into another has no row, nor has one whom only sensitive datasets know; what a sensitive dataset says of others is left out.',
  readers: 'data team',
  key: ['individual_key'],
  columns: {
    individual_key: {
      type: 'int',
      meaning: `Pseudonym: a number that means nothing outside this installation, and stays in every rebuild. ${UNKNOWN}: nobody known; ${WITHHELD}: withheld.`,
      source: 'the order of registration in the ledger',
    },
    role: {
      type: 'text',
      nullable: true,
      meaning: 'child, adult, practitioner or volunteer.',
      source: 'the roles of its records',
    },
    gender: attribute('gender', 'Gender.'),
    birth_month: attribute(
      'birthMonth',
      'Month of birth, yyyy-mm; the day never leaves the restricted zone.',
    ),
    ethnicity_key: {
      type: 'int',
      meaning: `Ethnicity in the code system of its source; ${UNKNOWN}: not recorded.`,
      source: 'attribute ethnicity',
      refersTo: { table: 'ethnicity' },
    },
    area_key: {
      type: 'bigint',
      meaning: `Residence on record; ${UNKNOWN}: not recorded, or the address is protected.`,
      source: 'attribute lsoa',
      refersTo: { table: 'area' },
    },
    home_language: attribute('homeLanguage', 'Language spoken at home.'),
    disability: attribute('disability', 'Disability.'),
    special_educational_needs: attribute(
      'specialEducationalNeeds',
      'Special educational needs or disability.',
    ),
  },
  common: `${datasets}, ${people}`,
  sql: `SELECT i.number, i.role, i.said->>'gender', i.said->>'birthMonth', coalesce(e.ethnicity_key, ${UNKNOWN}), ${areaKey(`(i.said->>'lsoa')`)},
       i.said->>'homeLanguage', i.said->>'disability', i.said->>'specialEducationalNeeds'
FROM people i
LEFT JOIN ${ethnicityKeys} ON e.code = i.said->>'ethnicity'
UNION ALL
SELECT key, NULL, NULL, NULL, ${UNKNOWN}, ${UNKNOWN}, NULL, NULL, NULL FROM (VALUES (${UNKNOWN}), (${WITHHELD})) AS nobody (key)`,
};

export const individualAttribute: GoldenTable = {
  name: 'individual_attribute',
  kind: 'bridge',
  grain: 'one surviving attribute of an individual',
  meaning:
    'Every attribute that the definition’s datasets carry, also those without a column in individual, of the individuals that are there.',
  readers: 'data team',
  key: ['individual_key', 'attribute'],
  columns: {
    individual_key: {
      type: 'int',
      meaning: 'The individual.',
      source: 'the order of registration in the ledger',
      refersTo: { table: 'individual' },
    },
    attribute: {
      type: 'text',
      meaning: 'Name of the attribute.',
      source: 'dataset schemas: x-kinledger.target.name',
    },
    value: {
      type: 'text',
      meaning: 'The coded value.',
      source: 'the field whose target it is',
      definition: 'the surviving value',
    },
  },
  common: `${datasets}, ${people}`,
  sql: `SELECT i.number, said.key, said.value FROM people i, jsonb_each_text(i.said) AS said`,
};

export const family: GoldenTable = {
  name: 'family',
  kind: 'dimension',
  grain: 'one family of the whole programme',
  meaning:
    'Families that follow from the links between children and carers. Persons belong to them through family_individual.',
  readers: 'data team',
  key: ['family_key'],
  columns: {
    family_key: {
      type: 'int',
      meaning: `Opaque key of the family; ${UNKNOWN}: not known.`,
      source: 'the ledger: FamiliesLinked',
    },
    under_review: {
      type: 'boolean',
      nullable: true,
      meaning: 'Whether somebody should look at it, because it is unusually large.',
      source: 'the ledger: FamiliesLinked',
    },
  },
  sql: `SELECT number, review FROM numbered_family WHERE scope = 'programme'
UNION ALL
SELECT ${UNKNOWN}, NULL`,
};

export const familyIndividual: GoldenTable = {
  name: 'family_individual',
  kind: 'bridge',
  grain: 'one individual in its family',
  meaning:
    'Who belongs to which family. An individual is in one family of the programme at most; one without a row in individual is left out.',
  readers: 'data team',
  key: ['family_key', 'individual_key'],
  columns: {
    family_key: {
      type: 'int',
      meaning: 'The family.',
      source: 'the ledger: FamiliesLinked',
      refersTo: { table: 'family' },
    },
    individual_key: {
      type: 'int',
      meaning: 'The individual.',
      source: 'the ledger: FamiliesLinked',
      refersTo: { table: 'individual' },
    },
  },
  common: `${datasets}, ${people}`,
  sql: `SELECT m.family, m.individual FROM numbered_member m
JOIN numbered_family f ON f.number = m.family
JOIN people i ON i.number = m.individual
WHERE m.scope = 'programme' AND f.scope = 'programme'`,
};

/** The same individual may live in an area that the definition does not name. */
export const area: GoldenTable = {
  name: 'area',
  kind: 'dimension',
  grain: 'one LSOA of the definition, of a person’s residence or of a population',
  meaning: 'Where people live.',
  readers: 'data team',
  key: ['area_key'],
  columns: {
    area_key: {
      type: 'bigint',
      meaning: `Opaque key of the LSOA; ${UNKNOWN}: not known.`,
      source: 'attribute lsoa',
    },
    lsoa: {
      type: 'text',
      nullable: true,
      meaning: 'Code of the lower layer super output area.',
      source: 'attribute lsoa',
    },
    deprivation_decile: {
      type: 'int',
      nullable: true,
      meaning:
        'Tenth of deprivation: 1 is the most deprived; null for an area that the definition does not name.',
      source: 'programme definition: area.lsoas[].deprivationDecile',
    },
    in_area: {
      type: 'boolean',
      nullable: true,
      meaning: 'Whether it is in the programme’s area.',
      source: 'programme definition: area.lsoas[].inArea',
    },
    ward: {
      type: 'text',
      nullable: true,
      meaning: 'The ward that figures put its residents in; null where the definition names none.',
      source: 'programme definition: area.lsoas[].ward',
    },
    boundary_year: {
      type: 'int',
      nullable: true,
      meaning: 'Year of the boundaries of the definition’s LSOAs.',
      source: 'programme definition: area.boundaryYear',
    },
    edition: {
      type: 'text',
      nullable: true,
      meaning: 'Publication of the LSOAs and of their deprivation.',
      source: 'programme definition: area.edition',
    },
  },
  common: `${datasets}, ${people}, named AS (
  SELECT lsoa FROM area
  UNION SELECT said->>'lsoa' FROM people
  UNION SELECT said->>'lsoa' FROM programme, jsonb_array_elements(definition->'populations') AS population,
               jsonb_array_elements(population->'source'->'rows') AS said
)`,
  sql: `SELECT ${areaKey('n.lsoa')}, n.lsoa, a.deprivation_decile, a.in_area, a.ward, (p.definition->'area'->>'boundaryYear')::int, p.definition->'area'->>'edition'
FROM named n LEFT JOIN area a ON a.lsoa = n.lsoa LEFT JOIN programme p ON true
WHERE ${areaKey('n.lsoa')} <> ${UNKNOWN}
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL`,
};
