import type { QuarterFigures } from '@kinledger/contracts';
import { highsSolver, secondarySuppression } from '@kinledger/disclosure';
import { groupsInOneRow, releaseOfQuarter } from '@kinledger/figures';
import type { ClosedQuarter } from '../api/reporting.js';

/** What the published figures of a quarter give away. Counts are named, never the values that they can have. */
export interface AuditOfQuarter {
  readonly period: string;
  readonly disclosure: string;
  /** Suppressed counts. */
  readonly audited: number;
  readonly counts: readonly {
    readonly count: string;
    /** How many values it can have; null if the solver did not find out. */
    readonly values: number | null;
  }[];
  /** Further counts whose suppression would keep all others of them safe, with the sums that would give these back. */
  readonly suppressToo: readonly string[];
  /** Those that no further suppression keeps safe. */
  readonly beyondRemedy: readonly string[];
  /** Groups of which all are in one row of a table, which says something of each of their members. */
  readonly inOneRow: readonly string[];
}

/** Audits the published form of a quarter’s figures. */
export async function auditQuarter(
  published: QuarterFigures,
  services: NonNullable<ClosedQuarter['services']>,
): Promise<AuditOfQuarter> {
  const { release, sums } = releaseOfQuarter(published, services);
  const { before, suppressed, audit: after } = secondarySuppression(await highsSolver(), release);
  return {
    ...{ period: published.period, disclosure: published.disclosure, audited: before.audited },
    counts: [
      ...before.narrowed.map(({ cell, feasible }) => ({ count: cell, values: feasible.length })),
      ...before.unknown.map((cell) => ({ count: cell, values: null })),
    ],
    suppressToo: [...new Set(suppressed.flatMap((cell) => [cell, ...(sums.get(cell) ?? [])]))],
    beyondRemedy: [...after.narrowed.map(({ cell }) => cell), ...after.unknown],
    inOneRow: groupsInOneRow(published),
  };
}
