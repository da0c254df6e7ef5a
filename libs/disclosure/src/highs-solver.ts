import loadHighs, { type Highs, type Model } from 'highs';
import type { Answer, Problem, Solver, Solving } from './solver.js';

/** Branches before the solver gives up: a limit in nodes, not in time, so that every run ends alike. */
const MOST_NODES = 100_000;

// The package declares its types as CommonJS, in which the loader is a member; as a module its default is the loader.
const load = loadHighs as unknown as typeof loadHighs.default;

/** HiGHS, compiled to WebAssembly. */
export async function highsSolver(): Promise<Solver> {
  const highs = await load();
  return (problem) => new SolvingByHighs(highs, problem);
}

class SolvingByHighs implements Solving {
  readonly #highs: Highs;
  readonly #problem: Problem;
  readonly #model: Model;
  #asked = 0;

  constructor(highs: Highs, problem: Problem) {
    this.#highs = highs;
    this.#problem = problem;
    this.#model = highs.createModel();
    this.#model.options.set({
      ...{ output_flag: false, random_seed: 0 },
      // Counts are whole, so that a least count is proven when the gap is below 1.
      ...{ mip_rel_gap: 0, mip_abs_gap: 0.5, mip_max_nodes: MOST_NODES },
    });
    const finite = (bound: number): number => (bound === Infinity ? highs.infinity : bound);
    for (const [count, { low, high }] of problem.counts.entries()) {
      this.#model.addVar(low, finite(high));
      this.#model.changeColIntegrality(count, highs.constants.variableType.integer);
    }
    for (const { counts, times, sum } of problem.rows)
      this.#model.addRow(sum.low === -Infinity ? -highs.infinity : sum.low, finite(sum.high), {
        indices: [...counts],
        values: [...times],
      });
  }

  leastOf(count: number, from: number): Answer {
    const { low, high } = this.#problem.counts[count] ?? { low: 0, high: Infinity };
    if (from > high) return { found: 'none' };
    this.#model.changeColCost(this.#asked, 0);
    this.#model.changeColCost(count, 1);
    this.#asked = count;
    const ended = high === Infinity ? this.#highs.infinity : high;
    this.#model.changeColBounds(count, Math.max(low, from), ended);
    this.#model.clearSolver();
    this.#model.run();
    const answer = this.#answered();
    // A change of the model forgets its solution.
    this.#model.changeColBounds(count, low, ended);
    return answer;
  }

  #answered(): Answer {
    const { modelStatus } = this.#highs.constants;
    const status = this.#model.getModelStatus();
    if (status === modelStatus.infeasible) return { found: 'none' };
    if (status !== modelStatus.optimal) return { found: 'unknown' };
    return { found: 'least', values: [...this.#model.getSolution().colValue].map(Math.round) };
  }

  end(): void {
    this.#model.dispose();
  }
}
