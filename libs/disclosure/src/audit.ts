import { componentsOf } from './components.js';
import { neighbourhoodOf, rowsOfCounts } from './neighbourhood.js';
import type { Bounds, Release } from './release.js';
import type { Problem, Solver, Solving } from './solver.js';
import { tightened } from './tighten.js';

/** A protected count that a reader can work out, or nearly. */
export interface Narrowed {
  readonly cell: string;
  /** Every value that it can have, ascending. */
  readonly feasible: readonly number[];
}

export interface Audit {
  /** Protected counts that were looked at. */
  readonly audited: number;
  /** Those with fewer feasible values than are asked for. */
  readonly narrowed: readonly Narrowed[];
  /** Those of which the solver did not find out in time: not known to be safe. */
  readonly unknown: readonly string[];
}

/** Fewer values than this that a protected count can have give it away. */
export const FEWEST_VALUES = 3;

/** So many counts around a protected one are free at first, then so many; at last all of them. */
const NEIGHBOURHOODS = [40, 160];

/**
 * What a reader can work out about each protected count from all that is published, by integer programming: a count is
 * narrowed if fewer than `fewest` values of it are possible together with everything else. With `only`, it looks at these
 * protected counts alone.
 * @throws Error if no counts at all satisfy the release: what is published contradicts itself
 */
export function auditRelease(
  solver: Solver,
  release: Release,
  fewest = FEWEST_VALUES,
  only?: ReadonlySet<string>,
): Audit {
  const narrowed: Narrowed[] = [];
  const unknown: string[] = [];
  let audited = 0;
  for (const part of componentsOf(release)) {
    const cells = part.cells.flatMap(({ id, protected: isProtected }, count) =>
      isProtected && (only?.has(id) ?? true) ? [{ count, id }] : [],
    );
    audited += cells.length;
    if (cells.length === 0) continue;
    const auditing = new ComponentAudit(solver, problemOf(part), fewest);
    try {
      for (const { count, id } of cells) {
        const feasible = auditing.feasibleValues(count);
        if (feasible === undefined) unknown.push(id);
        else if (feasible.length < fewest) narrowed.push({ cell: id, feasible });
      }
    } finally {
      auditing.end();
    }
  }
  return { audited, narrowed, unknown };
}

/**
 * Whether some counts satisfy the release in which these are within these bounds as well: false too where the solver gave up.
 * Only counts that hang together with the named ones are looked at.
 */
export function isPossible(solver: Solver, release: Release, bounds: ReadonlyMap<string, Bounds>): boolean {
  return componentsOf(release).every((part) => {
    const asked = part.cells.findIndex(({ id }) => bounds.has(id));
    if (asked < 0) return true;
    const problem = problemOf({
      ...part,
      cells: part.cells.map((cell) => {
        const { low = 0, high = Infinity } = bounds.get(cell.id) ?? {};
        const known = { low: Math.max(cell.known.low, low), high: Math.min(cell.known.high, high) };
        return { ...cell, known };
      }),
    });
    if (problem.counts.some(({ low, high }) => low > high)) return false;
    const counts = tightened(problem);
    if (counts === undefined) return false;
    const solving = solver({ counts, rows: problem.rows });
    try {
      return solving.leastOf(asked, 0).found === 'least';
    } finally {
      solving.end();
    }
  });
}

/**
 * The audit of counts that hang together. That a count is safe is shown by solutions, which are sought near one that is
 * known before they are sought among all: near it, few counts are free. That a count is narrowed is only ever shown by the
 * whole.
 */
class ComponentAudit {
  readonly #solver: Solver;
  readonly #problem: Problem;
  readonly #fewest: number;
  readonly #whole: Solving;
  readonly #rowsOf: readonly (readonly number[])[];
  /** Values of each count in any solution so far. */
  readonly #seen: readonly Set<number>[];
  #solution: readonly number[] | undefined;

  constructor(solver: Solver, problem: Problem, fewest: number) {
    const bounds = tightened(problem);
    if (bounds === undefined) throw contradiction();
    this.#solver = solver;
    this.#problem = { counts: bounds, rows: problem.rows };
    this.#fewest = fewest;
    this.#whole = solver(this.#problem);
    this.#rowsOf = rowsOfCounts(problem);
    this.#seen = bounds.map(() => new Set());
  }

  /** Up to `fewest` values that a count can have; fewer only if it has no others. Undefined if the solver gave up. */
  feasibleValues(count: number): readonly number[] | undefined {
    const { low = 0, high = 0 } = this.#problem.counts[count] ?? {};
    if (this.#solution !== undefined && high - low + 1 >= this.#fewest)
      for (const most of NEIGHBOURHOODS) {
        if (this.#known(count).size >= this.#fewest || most >= this.#problem.counts.length) break;
        const near = neighbourhoodOf(this.#problem, this.#rowsOf, this.#solution, count, most);
        const solving = this.#solver(near.problem);
        try {
          this.#ascend(solving, 0, count, near.counts);
        } finally {
          solving.end();
        }
      }
    if (this.#known(count).size < this.#fewest && !this.#ascend(this.#whole, count, count)) return undefined;
    if (this.#known(count).size === 0) throw contradiction();
    return [...this.#known(count)].sort((one, two) => one - two);
  }

  end(): void {
    this.#whole.end();
  }

  #known(count: number): ReadonlySet<number> {
    return this.#seen[count] ?? new Set();
  }

  /**
   * Asks for the least value, the next and so on, until enough values were seen or there are no more. False if the solver
   * gave up.
   */
  #ascend(solving: Solving, asked: number, count: number, counts?: readonly number[]): boolean {
    for (let from = 0; this.#known(count).size < this.#fewest;) {
      const answer = solving.leastOf(asked, from);
      if (answer.found !== 'least') return answer.found === 'none';
      if (counts === undefined) this.#solution ??= answer.values;
      for (const [place, value] of answer.values.entries()) this.#seen[counts?.[place] ?? place]?.add(value);
      from = (answer.values[asked] ?? 0) + 1;
    }
    return true;
  }
}

const contradiction = (): Error => new Error('what is published contradicts itself: no counts satisfy it');

function problemOf({ cells, relations }: Release): Problem {
  const numbers = new Map(cells.map(({ id }, number) => [id, number]));
  return {
    counts: cells.map(({ known }) => known),
    rows: relations.map(({ terms, sum }) => ({
      counts: terms.map(({ cell }) => numbers.get(cell) ?? 0),
      times: terms.map(({ times }) => times),
      sum,
    })),
  };
}
