import { quantileSorted } from 'simple-statistics';
import { wilson, type Interval, type Measured } from './interval.js';
import { bearsOn, measure, measureNames, TERMS, type MeasureName } from './measures.js';
import { seededRandom } from './seeded-random.js';

/** Sums of each person’s records, one after the other. */
export interface PeopleSums {
  readonly people: number;
  readonly sums: Float64Array;
}

const MAX_REPLICATES = 1_000;
const MIN_REPLICATES = 200;
/** Drawing this many people for one table takes a second or two. */
const MAX_DRAWS = 50_000_000;
/** Sums of fractions that are nearer to each other than this are equal. */
const ROUNDING = 1e-9;

/** How often a set of so many people is drawn anew. */
export const replicatesFor = (people: number): number =>
  Math.max(MIN_REPLICATES, Math.min(MAX_REPLICATES, Math.floor(MAX_DRAWS / Math.max(people, 1))));

export type Measures = Readonly<Record<MeasureName, Measured>>;

/**
 * Every measure of a set of people, with 95 % intervals by the percentile bootstrap (B. Efron and R. Tibshirani, “An
 * introduction to the bootstrap”, 1993). Whole people are drawn, with all of their records, because pairs of one person
 * are not independent (O. Binette and others, “Estimating the performance of entity resolution algorithms”, The American
 * Statistician 77, 2023). Where a share is 0 or 1 in the whole set, every draw gives the same: the interval is then
 * Wilson’s, with the people that bear on the measure as trials. As many splits as merges give 0 individuals beyond people
 * too, but draws that differ.
 * @param seed the same seed gives the same intervals.
 */
export function measurePeople({ people, sums }: PeopleSums, seed: string): Measures {
  const whole = totalOf({ people, sums });
  const drawn = new Map(measureNames.map((name) => [name, [] as number[]]));
  const random = seededRandom(seed, 'people');
  const replicates = people === 0 ? 0 : replicatesFor(people);
  const total = new Float64Array(TERMS);
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    total.fill(0);
    for (let draw = 0; draw < people; draw += 1) {
      const from = random.below(people) * TERMS;
      for (let term = 0; term < TERMS; term += 1)
        total[term] = (total[term] as number) + (sums[from + term] as number); // within both
    }
    for (const name of measureNames) {
      const value = measure(name, total);
      if (!Number.isNaN(value)) drawn.get(name)?.push(value);
    }
  }
  const measured = (name: MeasureName): Measured => {
    const value = measure(name, whole);
    if (Number.isNaN(value)) return { value: null, interval: null };
    const bearing = peopleThatBear(name, { people, sums });
    return { value, interval: intervalOf(name, value, drawn.get(name) ?? [], bearing) };
  };
  return Object.fromEntries(measureNames.map((name) => [name, measured(name)])) as Record<
    MeasureName,
    Measured
  >;
}

/** The sums of all people together. */
export function totalOf({ people, sums }: PeopleSums): Float64Array {
  const total = new Float64Array(TERMS);
  for (let index = 0; index < people * TERMS; index += 1)
    total[index % TERMS] = (total[index % TERMS] as number) + (sums[index] as number); // within both
  return total;
}

function intervalOf(name: MeasureName, value: number, drawn: number[], bearing: number): Interval | null {
  const isExtreme = value === 0 || (value === 1 && name !== 'excessIndividuals');
  if (isExtreme && drawn.every((one) => Math.abs(one - value) < ROUNDING))
    return wilson(value === 1 ? bearing : 0, bearing);
  if (drawn.length === 0) return null;
  drawn.sort((one, other) => one - other);
  return { low: quantileSorted(drawn, 0.025), high: quantileSorted(drawn, 0.975) };
}

function peopleThatBear(name: MeasureName, { people, sums }: PeopleSums): number {
  let bearing = 0;
  for (let person = 0; person < people; person += 1) if (bearsOn(name, sums, person * TERMS)) bearing += 1;
  return bearing;
}
