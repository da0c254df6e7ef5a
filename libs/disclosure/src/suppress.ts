import { auditRelease, FEWEST_VALUES, type Audit } from './audit.js';
import { componentsOf } from './components.js';
import type { Release, ReleasedCell } from './release.js';
import type { Solver } from './solver.js';

export interface Remedy {
  /** Cells to suppress as well, in the order of the release. */
  readonly suppressed: readonly string[];
  /** The audit of the release without them. Where it still finds a count, the release has to be made coarser. */
  readonly audit: Audit;
}

/**
 * Which further cells to suppress so that no protected count is narrowed: secondary suppression. No cell can be left out of
 * them, and cheap ones are preferred to dear ones; they need not be the cheapest of all. A reader is taken to know which
 * cells were suppressed for their size and which beside them.
 */
export function secondarySuppression(solver: Solver, release: Release, fewest = FEWEST_VALUES): Remedy {
  const first = auditRelease(solver, release, fewest);
  const unsafe = unsafeIn(first);
  const suppressed = new Set<string>();
  const narrowed = [];
  const unknown = [];
  for (const part of componentsOf(release)) {
    // Whoever is told less works out less: what is safe stays safe, whatever else is suppressed.
    const targets = part.cells.flatMap(({ id }) => (unsafe.has(id) ? [id] : []));
    if (targets.length === 0) continue;
    const auditWithout = (without: readonly string[], cells: readonly string[]): Audit =>
      auditRelease(solver, withoutCells(part, new Set(without)), fewest, new Set(cells));
    const cheapestFirst = part.cells
      .filter(({ cost, protected: isProtected }) => cost !== undefined && !isProtected)
      .sort((one, two) => (one.cost ?? 0) - (two.cost ?? 0) || (one.id < two.id ? -1 : 1))
      .map(({ id }) => id);
    const atBest = auditWithout(cheapestFirst, targets);
    narrowed.push(...atBest.narrowed);
    unknown.push(...atBest.unknown);
    const lost = unsafeIn(atBest);
    const kept = targets.filter((cell) => !lost.has(cell));
    if (kept.length === 0) continue;
    const needed = leastNeeded(cheapestFirst, (without) => unsafeIn(auditWithout(without, kept)).size === 0);
    for (const cell of needed) suppressed.add(cell);
  }
  return {
    suppressed: release.cells.flatMap(({ id }) => (suppressed.has(id) ? [id] : [])),
    audit: { audited: first.audited, narrowed, unknown },
  };
}

const unsafeIn = ({ narrowed, unknown }: Audit): ReadonlySet<string> =>
  new Set([...narrowed.map(({ cell }) => cell), ...unknown]);

/**
 * Some of the candidates that are enough, of which none can be left out, earlier ones by preference. All of them are enough,
 * and what is enough stays so with more. QuickXPlain (U. Junker, AAAI 2004): for k of n it asks about k log n times.
 */
export function leastNeeded<Candidate>(
  candidates: readonly Candidate[],
  isEnough: (chosen: readonly Candidate[]) => boolean,
): readonly Candidate[] {
  const search = (
    base: readonly Candidate[],
    added: boolean,
    left: readonly Candidate[],
  ): readonly Candidate[] => {
    if (added && isEnough(base)) return [];
    if (left.length <= 1) return left;
    const half = Math.ceil(left.length / 2);
    const [preferred, others] = [left.slice(0, half), left.slice(half)];
    const ofOthers = search([...base, ...preferred], true, others);
    const ofPreferred = search([...base, ...ofOthers], ofOthers.length > 0, preferred);
    return [...ofPreferred, ...ofOthers];
  };
  return search([], true, candidates);
}

const NOTHING_KNOWN = { low: 0, high: Infinity };

const withoutCells = ({ cells, relations }: Release, without: ReadonlySet<string>): Release => ({
  cells: cells.map((cell): ReleasedCell => (without.has(cell.id) ? { ...cell, known: NOTHING_KNOWN } : cell)),
  relations,
});
