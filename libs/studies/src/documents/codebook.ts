import { stringify } from 'csv-stringify/sync';
import { missingValues } from '../missing-values.js';
import type { ExtractTable } from '../tables.js';
import type { TableCounts } from './table-counts.js';

/** Every column of every table, with how much of it is filled. */
export function codebook(tables: readonly ExtractTable[], counts: readonly TableCounts[]): string {
  const rows = tables.flatMap(({ name: table, columns }, at) =>
    columns.map((column, place) => {
      const { rows: all = 0, filled = [] } = counts[at] ?? {};
      const share = all === 0 ? '' : (100 * (filled[place] ?? 0)) / all;
      return [
        ...[table, column.name, column.label, column.type, column.unit ?? '', (column.codes ?? []).join(' ')],
        ...[column.universe, column.derivation, column.source],
        typeof share === 'number' ? share.toFixed(1) : share,
      ];
    }),
  );
  const missing = Object.entries(missingValues).map(([reason, value]) => `${value} ${reason}`);
  return stringify(
    [
      ...rows,
      [
        'every table',
        '(missing)',
        'Codes of values that are not there',
        'text',
        '',
        missing.join('; '),
        '',
        '',
        '',
        '',
      ],
    ],
    {
      header: true,
      columns: [
        ...['table', 'column', 'label', 'type', 'unit', 'codes', 'universe', 'derivation', 'source'],
        'completeness_percent',
      ],
      record_delimiter: '\r\n',
    },
  );
}
