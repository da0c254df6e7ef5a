import { solve, type Coefficients, type Constraint } from 'yalps';
import type { Answer, Problem, Solver } from '../solver.js';

/** YALPS, a solver that shares no code with the product’s. */
export const yalpsSolver: Solver = (problem) => ({
  leastOf: (count, from) => leastOf(problem, count, from),
  end: () => undefined,
});

const within = ({ low, high }: { readonly low: number; readonly high: number }): Constraint => ({
  ...(low === -Infinity ? {} : { min: low }),
  ...(high === Infinity ? {} : { max: high }),
});

function leastOf({ counts, rows }: Problem, count: number, from: number): Answer {
  const bounds = counts.map((known, number) =>
    number === count ? { low: Math.max(known.low, from), high: known.high } : known,
  );
  if (bounds.some(({ low, high }) => low > high)) return { found: 'none' };
  const constraints = new Map<string, Constraint>([
    ...bounds.map((known, number) => [`count ${number}`, within(known)] as const),
    ...rows.map(({ sum }, number) => [`row ${number}`, within(sum)] as const),
  ]);
  const variables = new Map<string, Coefficients>(
    counts.map((_, number) => {
      const coefficients = new Map([[`count ${number}`, 1]]);
      for (const [index, row] of rows.entries())
        for (const [place, of] of row.counts.entries())
          if (of === number) coefficients.set(`row ${index}`, row.times[place] ?? 0);
      if (number === count) coefficients.set('least', 1);
      return [String(number), coefficients];
    }),
  );
  const solution = solve(
    { direction: 'minimize', objective: 'least', constraints, variables, integers: true },
    { tolerance: 0, maxIterations: 1_000_000, includeZeroVariables: true },
  );
  if (solution.status === 'infeasible') return { found: 'none' };
  if (solution.status !== 'optimal') return { found: 'unknown' };
  const values = new Map(solution.variables);
  return { found: 'least', values: counts.map((_, number) => Math.round(values.get(String(number)) ?? 0)) };
}
