import {
  assessLinkage,
  type JudgedRecord,
  type LinkageQuality,
  type Measured,
  type SubgroupQuality,
} from '@kinledger/linkage-quality';
import { counts, type KnownRow, type Linked, type ProgrammeRows } from './linked-programme.ts';

/** What the comparison is broken down by. */
export const dimensions = ['dataset', 'role', 'nhsNumber', 'ethnicity', 'deprivation', 'provider'] as const;
export type Dimension = (typeof dimensions)[number];

const subgroupOf: Readonly<Record<Dimension, (row: KnownRow) => string>> = {
  dataset: ({ dataset }) => dataset.id,
  role: ({ row }) => row.role,
  nhsNumber: ({ row }) =>
    row.tokens.some(({ domain, use }) => domain === 'nhs-number' && use === 'identity')
      ? 'on the row'
      : 'not on the row',
  ethnicity: ({ truth }) => truth.ethnicity,
  deprivation: ({ truth }) => tenth(truth.decile),
  provider: ({ provider }) => provider,
};
const tenth = (decile: number): string => String(decile).padStart(2, '0');

/** Between how a figure of reach counts and how it should. */
export interface ReachError {
  readonly counted: number;
  readonly truth: number;
}
export const reachKinds = ['children', 'adults', 'families'] as const;
export type ReachErrors = Readonly<Record<(typeof reachKinds)[number], ReachError>>;

/** One strategy on one set of rows. */
export interface Outcome {
  readonly records: number;
  readonly people: number;
  readonly right: number;
  readonly linked: number;
  readonly due: number;
  readonly precision: Measured;
  readonly recall: Measured;
  readonly setAside: number;
  readonly referrals: number;
  /** Absent where a figure of reach has no such subgroup. */
  readonly reach: ReachErrors | undefined;
}

/** The links that a strategy makes beyond those of another one. */
export interface AddedLinks {
  /** Individuals, and rows that were set aside, that were joined; and joins of two people. */
  readonly links: number;
  readonly wrong: number;
  readonly precision: Measured;
  /** Pairs of records that came together by them. */
  readonly pairs: number;
  readonly wrongPairs: number;
  /** Pairs that only the other strategy links. */
  readonly lost: number;
}

export interface StrategyResult {
  readonly overall: Outcome;
  readonly quality: LinkageQuality;
  /** Null where a subgroup has too few people for figures. */
  readonly by: Readonly<Record<Dimension, ReadonlyMap<string, Outcome | null>>>;
}

/** Rows of people, and outcomes of administrative sources, which send no others. */
export const isJudged = ({ dataset }: KnownRow): boolean =>
  dataset.dataType === 'user' || (dataset.dataType === 'outcome' && dataset.serviceDefinition.administrative);

type Judged = KnownRow & JudgedRecord;

export function resultOf(all: ProgrammeRows, linked: Linked): StrategyResult {
  const judged = judgedRows(all.rows, linked);
  const { quality, by } = assessLinkage(judged);
  const of = (rows: readonly KnownRow[]) => ({
    setAside: rows.filter(({ row }) => linked.setAside.has(row.rowKey)).length,
    referrals: rows.reduce((sum, { row }) => sum + (linked.referrals.get(row.rowKey) ?? 0), 0),
  });
  const outcomesBy = (dimension: Dimension): ReadonlyMap<string, Outcome | null> => {
    const members = Map.groupBy(judged, subgroupOf[dimension]);
    const reach = reachBy(all, linked, dimension);
    return new Map(
      by(subgroupOf[dimension]).map((found: SubgroupQuality) => {
        const { subgroup, people, records, pairs, measures } = found;
        if (people === null || records === null || pairs === null || measures === null)
          return [subgroup, null];
        const { precision, recall } = measures;
        const rest = { ...of(members.get(subgroup) ?? []), reach: reach?.get(subgroup) };
        return [subgroup, { records, people, ...pairs, precision, recall, ...rest }];
      }),
    );
  };
  const { truePositives: right, falsePositives, falseNegatives, measures } = quality;
  return {
    quality,
    overall: {
      ...{ records: quality.records, people: quality.people, right, linked: right + falsePositives },
      ...{ due: right + falseNegatives, precision: measures.precision, recall: measures.recall },
      ...of(judged),
      reach: reachErrors(all, linked),
    },
    by: Object.fromEntries(
      dimensions.map((name) => [name, outcomesBy(name)]),
    ) as unknown as StrategyResult['by'], // each has one
  };
}

const judgedRows = (rows: readonly KnownRow[], linked: Linked): Judged[] =>
  rows.filter(isJudged).map((row) => ({ ...row, individual: linked.individualOf(row) }));

function reachErrors({ rows, reached }: ProgrammeRows, linked: Linked): ReachErrors {
  const counting = rows.filter(counts);
  const distinct = (of: Iterable<string | undefined>) =>
    new Set([...of].filter((one) => one !== undefined)).size;
  const ofRole = (role: 'child' | 'adult'): ReachError => ({
    counted: distinct(counting.filter(({ row }) => row.role === role).map(linked.individualOf)),
    truth: distinct(reached.filter(({ person }) => person.role === role).map(({ person }) => person.person)),
  });
  return {
    children: ofRole('child'),
    adults: ofRole('adult'),
    families: {
      counted: distinct(counting.filter(isOfFamily).map(linked.familyOf)),
      truth: distinct(reached.map(({ person }) => person.family).filter((family) => family !== '')),
    },
  };
}

const isOfFamily = ({ row }: KnownRow): boolean => row.role === 'child' || row.role === 'adult';

/** Reach of those who truly are of each subgroup; by provider, of the files that name them. */
function reachBy(
  { programme, rows, reached }: ProgrammeRows,
  linked: Linked,
  dimension: Dimension,
): ReadonlyMap<string, ReachErrors> | undefined {
  const truly = (
    {
      ethnicity: ({ person }) => person.ethnicity,
      deprivation: ({ person }) => tenth(person.decile),
      provider: ({ provider }) => provider,
    } as Partial<Record<Dimension, (one: ProgrammeRows['reached'][number]) => string>>
  )[dimension];
  if (truly === undefined) return undefined;
  const ofRows = Map.groupBy(rows, subgroupOf[dimension]);
  const ofTruth = Map.groupBy(reached, truly);
  return new Map(
    [...ofTruth].map(([subgroup, here]) => [
      subgroup,
      reachErrors({ programme, rows: ofRows.get(subgroup) ?? [], reached: here }, linked),
    ]),
  );
}

/**
 * What one strategy links beyond another, among rows of people. An individual of the other strategy is one thing here, of the
 * person whom most of its rows are of, as is a row that it set aside.
 */
export function addedLinks(rows: readonly KnownRow[], before: Linked, after: Linked): AddedLinks {
  const ofPeople = rows.filter(({ dataset }) => dataset.dataType === 'user');
  const nameBefore = (row: KnownRow) => before.individualOf(row) ?? `alone ${row.row.rowKey}`;
  const units = [...Map.groupBy(ofPeople, nameBefore).values()].map((members) => ({
    person: commonest(members.map(({ person }) => person)),
    individual: members.map(after.individualOf).find((found) => found !== undefined),
  }));
  const { quality } = assessLinkage(units);
  const { value, interval } = quality.measures.falseLinks;
  const links = quality.records - quality.setAside - quality.individuals;
  const pairs = pairsOf(ofPeople, (row) => after.individualOf(row));
  const kept = pairsOf(ofPeople, (row) => {
    const [one, other] = [before.individualOf(row), after.individualOf(row)];
    return one === undefined || other === undefined ? undefined : `${one} ${other}`;
  });
  const held = pairsOf(ofPeople, (row) => before.individualOf(row));
  return {
    links,
    wrong: Math.round((value ?? 0) * links),
    precision: {
      value: value === null ? null : 1 - value,
      interval: interval === null ? null : { low: 1 - interval.high, high: 1 - interval.low },
    },
    pairs: pairs.linked - kept.linked,
    wrongPairs: pairs.linked - pairs.right - (kept.linked - kept.right),
    lost: held.linked - kept.linked,
  };
}

/** Pairs of rows in one individual, and how many are of one person. */
function pairsOf(
  rows: readonly KnownRow[],
  individualOf: (row: KnownRow) => string | undefined,
): { readonly linked: number; readonly right: number } {
  let [linked, right] = [0, 0];
  for (const [individual, members] of Map.groupBy(rows, individualOf)) {
    if (individual === undefined) continue;
    linked += pairsAmong(members.length);
    for (const ofOne of Map.groupBy(members, ({ person }) => person).values())
      right += pairsAmong(ofOne.length);
  }
  return { linked, right };
}

const pairsAmong = (records: number): number => (records * (records - 1)) / 2;

function commonest(people: readonly string[]): string {
  const [[person] = ['']] = [...Map.groupBy(people, (one) => one)].sort(
    ([one, ones], [other, others]) => others.length - ones.length || (one < other ? -1 : 1),
  );
  return person;
}
