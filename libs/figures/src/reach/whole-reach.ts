import type pg from 'pg';
import { columnNames, noughts, type Counts } from '../count-columns.js';
import { programme, services, standing, strands } from '../directories/directories.js';
import { ask, askFigure, type AsAt } from '../publishing/ask.js';
import { reachByDeprivation } from './reach-by-deprivation.js';
import { reachColumns } from './reach-columns.js';
import { reach } from './reach.js';

export type ReachCounts = Counts<typeof reachColumns>;

export interface ServiceReach extends ReachCounts {
  readonly service: string;
  readonly name: string;
  readonly individualBeneficiaries: boolean;
}

export interface StrandReach extends ReachCounts {
  readonly strand: string;
  readonly name: string;
  readonly services: readonly ServiceReach[];
}

export interface DecileReach extends Counts<(typeof reachByDeprivation)['columns']> {
  /** 1 is the most deprived tenth; null where the residence is unknown. */
  readonly decile: number | null;
}

export interface Reach {
  /** Ledger position of the read models. */
  readonly position: number;
  readonly programme: ReachCounts;
  readonly strands: readonly StrandReach[];
  /** Services without a strand (administrative sources) that report engagement. */
  readonly otherServices: readonly ServiceReach[];
  /** Sum over services minus the programme’s figure. */
  readonly doubleCountingRemoved: {
    readonly children: number;
    readonly adults: number;
    readonly families: number;
  };
  readonly byDeprivation: readonly DecileReach[];
}

/** A service of the programme definition. */
export interface ServiceOfProgramme {
  readonly service: string;
  readonly name: string;
  /** Null for an administrative source. */
  readonly strand: string | null;
  readonly strandName: string | null;
  readonly administrative: boolean;
  readonly ordinal: number;
  readonly individualBeneficiaries: boolean;
  /** Codes of the session kinds that count towards reach, in any of its datasets. */
  readonly sessionKinds: readonly string[];
}

/** Services in the order of the programme definition, administrative sources last. */
export const servicesOf = (client: pg.ClientBase, asAt: AsAt = {}): Promise<readonly ServiceOfProgramme[]> =>
  ask(client, services, [], asAt);

export async function programmeName(client: pg.ClientBase, asAt: AsAt = {}): Promise<string> {
  const [row] = await ask<{ name: string }>(client, programme, [], asAt);
  return row?.name ?? '';
}

/** The ledger position of the read models. */
export async function positionOf(client: pg.ClientBase, asAt: AsAt = {}): Promise<number> {
  const [row] = await ask<{ position: number }>(client, standing, [], asAt);
  return row?.position ?? -1;
}

export interface ReachQuestion extends AsAt {
  /** First day, and the day after the last, yyyy-mm-dd; absent for lifetime reach, which is never a sum of quarters. */
  readonly period?: { readonly start: string; readonly end: string };
}

/**
 * Reach of a period in every scope. The client must be in a repeatable-read transaction, so that all queries see one
 * state.
 */
export async function wholeReach(client: pg.ClientBase, { period, asAt }: ReachQuestion): Promise<Reach> {
  const bounds = { from: period?.start ?? null, until: period?.end ?? null, asAt };
  const rows = await askFigure(client, reach, bounds);
  const deciles = await askFigure(client, reachByDeprivation, { ...bounds, scope: 'programme' });
  const known = new Map(rows.map((row) => [row.scope, row]));
  const counts = (scope: string): ReachCounts => {
    const row = known.get(scope);
    if (row === undefined) return noughts(reachColumns);
    const { start: _start, scope: _scope, ...numbers } = row;
    return numbers;
  };
  const all = (await servicesOf(client, { asAt }))
    .toSorted(
      (one, other) =>
        Number(one.administrative) - Number(other.administrative) || one.ordinal - other.ordinal,
    )
    .map(({ service, name, strand, individualBeneficiaries }) => ({
      strand,
      reach: { service, name, individualBeneficiaries, ...counts(`service:${service}`) },
    }));
  const ofStrand = (strand: string | null) =>
    all.filter((service) => service.strand === strand).map((service) => service.reach);
  const whole = counts('programme');
  const excess = (column: 'children' | 'adults' | 'families') =>
    all.reduce((sum, service) => sum + service.reach[column], 0) - whole[column];
  const strandRows = await ask<{ strand: string; name: string }>(client, strands, [], { asAt });
  return {
    position: await positionOf(client, { asAt }),
    programme: whole,
    strands: strandRows.map(({ strand, name }) => ({
      ...{ strand, name },
      ...counts(`strand:${strand}`),
      services: ofStrand(strand),
    })),
    otherServices: ofStrand(null).filter((service) =>
      columnNames(reachColumns).some((column) => service[column] > 0),
    ),
    doubleCountingRemoved: {
      children: excess('children'),
      adults: excess('adults'),
      families: excess('families'),
    },
    // The type of a dimension allows text, too; a decile is a number or null.
    byDeprivation: deciles.map(({ start: _start, scope: _scope, decile, ...numbers }) => ({
      decile: decile === null ? null : Number(decile),
      ...numbers,
    })),
  };
}
