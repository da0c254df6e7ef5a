import type pg from 'pg';
import type { Counts, KnownCounts } from '../count-columns.js';
import { askFigure, askShown, type AsAt } from '../publishing/ask.js';
import type { reachColumns } from './reach-columns.js';
import { reach } from './reach.js';

/** The scope of reach: the whole programme, one strand or one service. */
export type ReachScope =
  | { readonly kind: 'programme' }
  | { readonly kind: 'strand'; readonly id: string }
  | { readonly kind: 'service'; readonly id: string };

/** `programme`, `strand:<id>` or `service:<id>`. */
export const scopeName = (scope: ReachScope): string =>
  scope.kind === 'programme' ? 'programme' : `${scope.kind}:${scope.id}`;

export interface QuarterReach extends Counts<typeof reachColumns> {
  /** First day of the financial quarter, yyyy-mm-dd. */
  readonly start: string;
}

/**
 * Reach of every quarter with qualifying engagement, earliest first. A financial quarter is a calendar quarter with
 * another name. Lifetime reach is not the sum of these.
 */
export async function reachByQuarter(
  client: pg.ClientBase,
  scope: ReachScope,
  asAt: AsAt = {},
): Promise<readonly QuarterReach[]> {
  const rows = await askFigure(client, reach, { by: 'quarter', scope: scopeName(scope), ...asAt });
  return rows.flatMap(({ start, scope: _, ...counts }) => (start === null ? [] : [{ start, ...counts }]));
}

/** The same after disclosure control: a suppressed count is null. */
export async function shownReachByQuarter(
  client: pg.ClientBase,
  scope: ReachScope,
  asAt: AsAt = {},
): Promise<readonly ({ readonly start: string } & KnownCounts<typeof reachColumns>)[]> {
  const rows = await askShown(client, reach, { by: 'quarter', scope: scopeName(scope), ...asAt });
  return rows.flatMap(({ start, scope: _, ...counts }) => (start === null ? [] : [{ start, ...counts }]));
}
