import { sizesOf, type JudgedRecord, type JudgedSizes } from './judged-records.js';
import { addRecord, countsIn, pairsIn, TERMS } from './measures.js';
import { measurePeople, totalOf, type Measures, type PeopleSums } from './resample-people.js';

/** How good a linkage is, against the true person of each record. */
export interface LinkageQuality {
  readonly records: number;
  readonly setAside: number;
  readonly people: number;
  /** Individuals that hold at least one of the records; records that were set aside are in none. */
  readonly individuals: number;
  /** Pairs that were linked rightly, wrongly, and that should have been. */
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly measures: Measures;
}

/** The same for the records of one subgroup. A pair of two subgroups counts half in each. */
export interface SubgroupQuality {
  readonly subgroup: string;
  /** Null if there are fewer than {@link MIN_PEOPLE}, and then no figure is given. */
  readonly people: number | null;
  readonly records: number | null;
  readonly pairs: PairCounts | null;
  readonly measures: Measures | null;
}

/** Pairs that were linked rightly, that were linked, and that should have been: halves in subgroups. */
export interface PairCounts {
  readonly right: number;
  readonly linked: number;
  readonly due: number;
}

/** The fewest people of whom figures are given: the figures of fewer say something about each of them. */
export const MIN_PEOPLE = 10;

export interface Assessed<One extends JudgedRecord> {
  readonly quality: LinkageQuality;
  /** By what a record says of itself; `not stated` where it says nothing. In alphabetical order. */
  readonly by: (subgroupOf: (record: One) => string | undefined) => readonly SubgroupQuality[];
}

/** What a record without a subgroup is in. */
export const NOT_STATED = 'not stated';

/**
 * Compares individuals with true people.
 * @param seed of the intervals.
 */
export function assessLinkage<One extends JudgedRecord>(
  records: readonly One[],
  seed = 'kinledger',
): Assessed<One> {
  const sizes = sizesOf(records);
  const everybody = sumsOfPeople(sizes, records.keys());
  const counts = countsIn(totalOf(everybody));
  return {
    quality: {
      ...counts,
      ...{ people: sizes.people, individuals: sizes.individuals },
      measures: measurePeople(everybody, seed),
    },
    by: (subgroupOf) =>
      [...Map.groupBy(records.keys(), (at) => subgroupOf(records[at] as One) ?? NOT_STATED)] // a position
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([subgroup, members]) => subgroupQuality(subgroup, sumsOfPeople(sizes, members), seed)),
  };
}

function subgroupQuality(subgroup: string, sums: PeopleSums, seed: string): SubgroupQuality {
  if (sums.people < MIN_PEOPLE) return { subgroup, people: null, records: null, pairs: null, measures: null };
  const total = totalOf(sums);
  const { records } = countsIn(total);
  const measures = measurePeople(sums, `${seed} ${subgroup}`);
  return { subgroup, people: sums.people, records, pairs: pairsIn(total), measures };
}

/** Sums over the records at these positions, by person. */
function sumsOfPeople(sizes: JudgedSizes, positions: Iterable<number>): PeopleSums {
  const numbers = new Map<number, number>();
  let sums = new Float64Array(1_024 * TERMS);
  for (const at of positions) {
    const person = sizes.personOf[at] as number; // a position
    const number = numbers.get(person) ?? numbers.size;
    numbers.set(person, number);
    if ((number + 1) * TERMS > sums.length) {
      const larger = new Float64Array(sums.length * 2);
      larger.set(sums);
      sums = larger;
    }
    addRecord(sums, number * TERMS, sizes, at);
  }
  return { people: numbers.size, sums };
}
