import type { Problem } from './solver.js';

/** Which rows each count is in. */
export function rowsOfCounts({ counts, rows }: Problem): readonly (readonly number[])[] {
  const of: number[][] = counts.map(() => []);
  for (const [row, { counts: inRow }] of rows.entries()) for (const count of inRow) of[count]?.push(row);
  return of;
}

/** A problem in which some counts are free, and all others have the values that they have in one solution. */
export interface Neighbourhood {
  readonly problem: Problem;
  /** The free counts, by their number in the neighbourhood. */
  readonly counts: readonly number[];
}

/**
 * The counts that rows join to a count in so many steps, all others as in `solution`: what satisfies it satisfies the whole problem.
 * It grows by the smallest rows first until `most` counts are free.
 */
export function neighbourhoodOf(
  problem: Problem,
  rowsOf: readonly (readonly number[])[],
  solution: readonly number[],
  count: number,
  most: number,
): Neighbourhood {
  const free = new Map([[count, 0]]);
  for (const reached of free.keys()) {
    const rows = [...(rowsOf[reached] ?? [])].sort(
      (one, two) =>
        (problem.rows[one]?.counts.length ?? 0) - (problem.rows[two]?.counts.length ?? 0) || one - two,
    );
    for (const row of rows)
      for (const other of problem.rows[row]?.counts ?? [])
        if (free.size < most && !free.has(other) && !isFixed(problem, other)) free.set(other, free.size);
    if (free.size >= most) break;
  }
  const touched = [...new Set([...free.keys()].flatMap((each) => rowsOf[each] ?? []))].sort(
    (one, two) => one - two,
  );
  const rows = touched.flatMap((number) => {
    const row = problem.rows[number];
    if (row === undefined) return [];
    let fixed = 0;
    const kept: { readonly count: number; readonly times: number }[] = [];
    for (const [place, each] of row.counts.entries()) {
      const times = row.times[place] ?? 0;
      const numbered = free.get(each);
      if (numbered === undefined) fixed += times * (solution[each] ?? 0);
      else kept.push({ count: numbered, times });
    }
    return [
      {
        counts: kept.map((term) => term.count),
        times: kept.map((term) => term.times),
        sum: { low: row.sum.low - fixed, high: row.sum.high - fixed },
      },
    ];
  });
  const counts = [...free.keys()];
  return {
    problem: { counts: counts.map((each) => problem.counts[each] ?? { low: 0, high: 0 }), rows },
    counts,
  };
}

const isFixed = ({ counts }: Problem, count: number): boolean => {
  const known = counts[count];
  return known === undefined || known.low === known.high;
};
