import { judge, type Judged } from './judge-reach.js';
import type { QualifyingRecord } from './qualifying-records.js';
import type { TruePerson } from './truth.js';

/** What people are grouped by, to see whom a figure misses. */
export const groupings = ['ethnicity', 'deprivation', 'provider'] as const;
export type Grouping = (typeof groupings)[number];

/** A row that truly makes its person count as reached, with its record in the read models. */
export interface ReachedRow {
  readonly person: string;
  readonly role: 'child' | 'adult';
  /** The provider of the file. */
  readonly provider: string;
  /** Undefined if intake accepted no such row. */
  readonly found: QualifyingRecord | undefined;
}

export interface JudgedGroup {
  /** Null for people whose group is on none of their records. */
  readonly group: string | null;
  readonly children: Judged;
  readonly adults: Judged;
  readonly families: Judged;
  /** Children and adults truly of the group and truly reached. */
  readonly reached: number;
  /** How many of these no figure counts. */
  readonly missed: number;
  /** Counts of these beyond the first, because their rows were not linked. */
  readonly countedAgain: number;
}

export type ReachByGroup = Readonly<Record<Grouping, readonly JudgedGroup[]>>;

/**
 * Reach of each group, with the truth. A figure counts people in the group that their records say; a provider's people
 * are those in its files. The largest group comes first, tenths of deprivation in their order.
 * @param rows of all people truly reached.
 * @param records all that the figure counts.
 * @param provider of a dataset.
 */
export function reachByGroup(
  rows: readonly ReachedRow[],
  records: Iterable<QualifyingRecord>,
  people: ReadonlyMap<string, TruePerson>,
  provider: (dataset: string) => string,
): ReachByGroup {
  const counted = [...records];
  const truly: Readonly<Record<Grouping, (row: ReachedRow) => string | null>> = {
    ethnicity: ({ person }) => people.get(person)?.ethnicity ?? null,
    deprivation: ({ person }) => String(people.get(person)?.decile),
    provider: (row) => row.provider,
  };
  const held: Readonly<Record<Grouping, (record: QualifyingRecord) => string | null>> = {
    ethnicity: ({ ethnicity }) => ethnicity ?? null,
    deprivation: ({ decile }) => (decile === undefined ? null : String(decile)),
    provider: ({ dataset }) => provider(dataset),
  };
  const groupsBy = (grouping: Grouping): readonly JudgedGroup[] => {
    const tallies = new Map<string | null, Tally>();
    const tallyOf = (group: string | null): Tally => {
      const known = tallies.get(group) ?? new Tally();
      tallies.set(group, known);
      return known;
    };
    for (const row of rows) {
      const family = people.get(row.person)?.family ?? row.person;
      tallyOf(truly[grouping](row)).reach(row, family);
    }
    for (const record of counted) {
      if (record.individual !== undefined) tallyOf(held[grouping](record)).count(record);
    }
    const judged = [...tallies].map(([group, tally]) => ({ group, ...tally.judged() }));
    return judged.sort(
      (one, other) =>
        Number(one.group === null) - Number(other.group === null) ||
        (grouping === 'deprivation'
          ? Number(one.group) - Number(other.group)
          : other.reached - one.reached || (one.group ?? '').localeCompare(other.group ?? '', 'en')),
    );
  };
  return {
    ethnicity: groupsBy('ethnicity'),
    deprivation: groupsBy('deprivation'),
    provider: groupsBy('provider'),
  };
}

/** Distinct people of one group, in truth and in the figure. */
class Tally {
  readonly #truth = new People();
  readonly #figure = new People();
  /** Those whom a figure counts for a person truly reached. */
  readonly #countedFor = new Map<string, Set<string>>();

  reach({ person, role, found }: ReachedRow, family: string): void {
    this.#truth.add(role, person, family);
    const key = `${role} ${person}`;
    const counted = this.#countedFor.get(key) ?? new Set();
    this.#countedFor.set(key, counted);
    if (found?.individual !== undefined && found.role === role) counted.add(found.individual);
  }

  count({ role, individual, family }: QualifyingRecord): void {
    if (individual === undefined || (role !== 'child' && role !== 'adult')) return;
    this.#figure.add(role, individual, family);
  }

  judged(): Omit<JudgedGroup, 'group'> {
    const counts = [...this.#countedFor.values()].map(({ size }) => size);
    return {
      children: judge(this.#figure.child.size, this.#truth.child.size),
      adults: judge(this.#figure.adult.size, this.#truth.adult.size),
      families: judge(this.#figure.families.size, this.#truth.families.size),
      reached: counts.length,
      missed: counts.filter((count) => count === 0).length,
      countedAgain: counts.reduce((sum, count) => sum + Math.max(count - 1, 0), 0),
    };
  }
}

class People {
  readonly child = new Set<string>();
  readonly adult = new Set<string>();
  readonly families = new Set<string>();

  add(role: 'child' | 'adult', person: string, family: string | undefined): void {
    this[role].add(person);
    if (family !== undefined) this.families.add(family);
  }
}
