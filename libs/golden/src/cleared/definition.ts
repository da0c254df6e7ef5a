import { columnsOfFigure } from './figure-columns.js';
import type { GoldenTable } from '../golden-table.js';
import { UNKNOWN, valuesOf } from '../keys.js';

/** Columns of all figures, with opaque keys that hold for one release of this program. */
const rows = columnsOfFigure.map(
  ({ figure, title, column, meaning, unit, disclosure }, index) =>
    [index + 1, figure, title, column, meaning, unit, disclosure] as const,
);

export const definitionKeys = valuesOf(
  'd',
  ['definition_key', 'figure', 'counted'],
  rows.map(([key, figure, , column]) => [key, figure, column]),
);

export const definition: GoldenTable = {
  name: 'definition',
  kind: 'dimension',
  grain: 'one column of one version of a figure',
  meaning: 'What published counts mean.',
  readers: 'everybody',
  key: ['definition_key'],
  columns: {
    definition_key: {
      type: 'int',
      meaning: `Opaque key, which may change with a release of Kinledger; ${UNKNOWN}: not known.`,
      source: 'libs/figures',
    },
    figure: {
      type: 'text',
      nullable: true,
      meaning: 'Figure and version, such as reach@1.',
      source: 'libs/figures',
    },
    figure_title: { type: 'text', nullable: true, meaning: 'Title of the figure.', source: 'libs/figures' },
    counted: { type: 'text', nullable: true, meaning: 'Name of the column.', source: 'libs/figures' },
    meaning: { type: 'text', nullable: true, meaning: 'What it counts.', source: 'libs/figures' },
    unit: {
      type: 'text',
      nullable: true,
      meaning: 'What it counts in: people, families or rows.',
      source: 'libs/figures',
    },
    disclosure: {
      type: 'text',
      nullable: true,
      meaning:
        'protected: small values are suppressed; computed again: a sum of protected counts; open: shown as it is.',
      source: 'libs/figures',
    },
  },
  sql: `SELECT * FROM ${valuesOf('d', ['definition_key', 'figure', 'figure_title', 'counted', 'meaning', 'unit', 'disclosure'], rows)}
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL`,
};
