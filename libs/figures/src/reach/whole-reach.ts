import type pg from 'pg';
import { columnNames } from '../count-columns.js';
import { programme, services, standing, strands } from '../directories/directories.js';
import { disclosureProfiles } from '../disclosure/disclosure-profiles.js';
import { nameOf } from '../publication.js';
import { ask, askFigure, askShown, type AsAt } from '../publishing/ask.js';
import { reachByDeprivation } from './reach-by-deprivation.js';
import { reachColumns } from './reach-columns.js';
import { reach } from './reach.js';

/** Counts of reach: exact ones, or with null for those that disclosure control suppresses. */
export type ReachCounts<Count extends number | null = number> = {
  readonly [Column in keyof typeof reachColumns]: Count;
};

export type ServiceReach<Count extends number | null = number> = ReachCounts<Count> & {
  readonly service: string;
  readonly name: string;
  readonly individualBeneficiaries: boolean;
};

export type StrandReach<Count extends number | null = number> = ReachCounts<Count> & {
  readonly strand: string;
  readonly name: string;
  readonly services: readonly ServiceReach<Count>[];
};

export type DecileReach<Count extends number | null = number> = {
  readonly [Column in keyof (typeof reachByDeprivation)['columns']]: Count;
} & {
  /** 1 is the most deprived tenth; null where the residence is unknown. */
  readonly decile: number | null;
};

export interface Reach<Count extends number | null = number> {
  /** Ledger position of the read models. */
  readonly position: number;
  readonly programme: ReachCounts<Count>;
  readonly strands: readonly StrandReach<Count>[];
  /** Services without a strand (administrative sources) that report engagement. */
  readonly otherServices: readonly ServiceReach<Count>[];
  /** Sum over services minus the programme’s figure. */
  readonly doubleCountingRemoved: {
    readonly children: Count;
    readonly adults: Count;
    readonly families: Count;
  };
  readonly byDeprivation: readonly DecileReach<Count>[];
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
export async function wholeReach(client: pg.ClientBase, question: ReachQuestion): Promise<Reach> {
  const bounds = boundsOf(question);
  const rows = await askFigure(client, reach, bounds);
  const deciles = await askFigure(client, reachByDeprivation, { ...bounds, scope: 'programme' });
  return assembled<number>(client, question, { rows, deciles, ofNobody: 0 });
}

/**
 * The same of a quarter that is closed, as it was published; sums are of shown counts, and suppressed where a part is.
 * @param rule name and version of the rule by which it was published.
 */
export async function shownReach(
  client: pg.ClientBase,
  question: ReachQuestion,
  rule: string,
): Promise<Reach<number | null>> {
  const bounds = boundsOf(question);
  const rows = await askShown(client, reach, bounds);
  const deciles = await askShown(client, reachByDeprivation, { ...bounds, scope: 'programme' });
  return assembled<number | null>(client, question, { rows, deciles, ofNobody: countOfNobody(rule) });
}

/** What a rule, by its name and version, shows of a count of nobody. */
export const countOfNobody = (rule: string): 0 | null =>
  disclosureProfiles.find((profile) => nameOf(profile) === rule)?.hidesNobody === true ? null : 0;

const boundsOf = ({ period, asAt }: ReachQuestion) => ({
  from: period?.start ?? null,
  until: period?.end ?? null,
  asAt,
});

interface ReachRows<Count extends number | null> {
  readonly rows: readonly (ReachCounts<Count> & { readonly start: string | null; readonly scope: string })[];
  readonly deciles: readonly (Omit<DecileReach<Count>, 'decile'> & {
    readonly start: string | null;
    readonly scope: string;
    readonly decile: string | number | null;
  })[];
  readonly ofNobody: Count;
}

async function assembled<Count extends number | null>(
  client: pg.ClientBase,
  { asAt }: AsAt,
  { rows, deciles, ofNobody }: ReachRows<Count>,
): Promise<Reach<Count>> {
  const known = new Map(rows.map((row) => [row.scope, row]));
  const counts = (scope: string): ReachCounts<Count> => {
    const row = known.get(scope);
    if (row === undefined)
      // One count for each column.
      return Object.fromEntries(
        columnNames(reachColumns).map((name) => [name, ofNobody]),
      ) as ReachCounts<Count>;
    const { start: _start, scope: _scope, ...numbers } = row;
    return numbers; // the row without its two keys
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
  const excess = (column: 'children' | 'adults' | 'families'): Count => {
    const parts: readonly (number | null)[] = [...all.map(({ reach: of }) => of[column]), whole[column]];
    if (parts.includes(null)) return null as Count; // only shown counts are ever null
    const sum = parts.slice(0, -1).reduce<number>((before, part) => before + (part ?? 0), 0);
    return (sum - (whole[column] ?? 0)) as Count;
  };
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
      columnNames(reachColumns).some((column) => service[column] !== 0),
    ),
    doubleCountingRemoved: {
      children: excess('children'),
      adults: excess('adults'),
      families: excess('families'),
    },
    byDeprivation: deciles.map(({ start: _start, scope: _scope, decile, ...numbers }) => ({
      // The type of a dimension allows text, too; a decile is a number or null.
      decile: decile === null ? null : Number(decile),
      ...numbers,
    })),
  };
}
