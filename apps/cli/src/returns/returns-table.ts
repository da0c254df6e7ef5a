import type { ExpectedReturn } from '../api/returns.js';
import { count } from '../output/output.js';
import { table } from '../output/table.js';

/** The calendar of returns as a table, in the order given. */
export function returnsTable(returns: readonly ExpectedReturn[]): string {
  if (returns.length === 0) return 'No such return is expected.';
  return table(
    [
      { title: 'dataset' },
      { title: 'period' },
      { title: 'due by' },
      { title: 'state' },
      { title: 'rows', align: 'right' },
      { title: 'received' },
      { title: 'by' },
    ],
    returns.map(({ dataset, period, due, state, received, nilReturn }) => [
      ...[dataset, period, due, state],
      received === undefined ? '' : count(received.rows),
      (received?.at ?? nilReturn?.at ?? '').slice(0, 10),
      received?.by ?? nilReturn?.by ?? '',
    ]),
  );
}
