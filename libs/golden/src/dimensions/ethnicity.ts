import { ethnicGroupOf, ethnicityCodes, ethnicityNotGiven, type EthnicitySystem } from '@kinledger/programme';
import type { GoldenTable } from '../golden-table.js';
import { UNKNOWN, valuesOf } from '../keys.js';

const groupNames = {
  asian: 'Asian',
  black: 'Black',
  mixed: 'Mixed',
  white: 'White',
  other: 'Other',
} as const;

const systems = Object.keys(ethnicityCodes) as EthnicitySystem[]; // the keys of a record of all systems

/** Codes of all systems: no two systems share one, but for those that say that no group is given. */
const codes = systems.flatMap((system) => [
  ...ethnicityCodes[system].map(({ code, label }) => {
    const group = ethnicGroupOf(system, code);
    return { system, code, label, group: group === undefined ? null : groupNames[group] };
  }),
  ...Object.entries(ethnicityNotGiven[system]).map(([why, code]) => ({
    ...{ system, code, group: null, label: why === 'not-stated' ? 'Not stated' : 'Not known' },
  })),
]);

const rows = codes.map(
  ({ system, code, label, group }, index) => [index + 1, system, code, label, group] as const,
);

export const ethnicityKeys = valuesOf(
  'e',
  ['ethnicity_key', 'code'],
  rows.map(([key, , code]) => [key, code]),
);

export const ethnicity: GoldenTable = {
  name: 'ethnicity',
  kind: 'dimension',
  grain: 'one code of a code system',
  meaning:
    'Ethnicity as the source codes it, with the group of five of the 2021 Census. Systems divide people differently: compare them by the group of five.',
  readers: 'everybody',
  key: ['ethnicity_key'],
  columns: {
    ethnicity_key: {
      type: 'int',
      meaning: `Opaque key of the code; ${UNKNOWN}: not recorded.`,
      source: 'code systems of ethnicity',
    },
    code_system: {
      type: 'text',
      nullable: true,
      meaning: 'The code system of the source.',
      source: 'code systems of ethnicity',
    },
    code: { type: 'text', nullable: true, meaning: 'The code.', source: 'code systems of ethnicity' },
    label: {
      type: 'text',
      nullable: true,
      meaning: 'The code’s label.',
      source: 'code systems of ethnicity',
    },
    group_of_five: {
      type: 'text',
      nullable: true,
      meaning: 'Asian, Black, Mixed, White or Other; null where no group is given.',
      source: 'ONS, 2021 Census',
      definition: 'the group into which every code of every system fits',
    },
  },
  sql: `SELECT * FROM ${valuesOf('e', ['ethnicity_key', 'code_system', 'code', 'label', 'group_of_five'], rows)}
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL`,
};
