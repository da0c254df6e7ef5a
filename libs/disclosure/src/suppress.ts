import { auditRelease, FEWEST_VALUES, type Audit } from './audit.js';
import { componentsOf } from './components.js';
import type { Release, ReleasedCell } from './release.js';
import type { Solver } from './solver.js';

export interface Remedy {
  /** What the release gives away as it is. */
  readonly before: Audit;
  /** Cells to suppress as well, in the order of the release. */
  readonly suppressed: readonly string[];
  /** The audit of the release without them. Where it still finds a count, the release has to be made coarser. */
  readonly audit: Audit;
}

/** How many values a count must have to be safe, and which counts are looked at: all protected ones where it does not say. */
export interface AuditOf {
  readonly fewest?: number;
  readonly only?: ReadonlySet<string>;
}

/**
 * Which further cells to suppress so that no protected count is narrowed: secondary suppression. No cell can be left out of
 * them, and cheap ones are preferred to dear ones; they need not be the cheapest of all. A reader is taken to know which
 * cells were suppressed for their size and which beside them.
 */
export function secondarySuppression(
  solver: Solver,
  release: Release,
  { fewest = FEWEST_VALUES, only }: AuditOf = {},
): Remedy {
  const before = auditRelease(solver, release, fewest, only);
  const unsafe = unsafeIn(before);
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
      .filter(({ secondary }) => secondary !== undefined)
      .sort((one, two) => costOf(one) - costOf(two) || (one.id < two.id ? -1 : 1))
      .map(({ id }) => id);
    const lost = unsafeIn(auditWithout(cheapestFirst, targets));
    const kept = targets.filter((cell) => !lost.has(cell));
    const isEnough = (without: readonly string[]): boolean =>
      unsafeIn(auditWithout(without, kept)).size === 0;
    const found = kept.length === 0 ? [] : leastNeeded(cheapestFirst, isEnough);
    // A solver that gave up on some of them may have led astray; all of them were enough.
    const needed = kept.length === 0 || isEnough(found) ? found : cheapestFirst;
    for (const cell of needed) suppressed.add(cell);
    const after = auditWithout(needed, targets);
    narrowed.push(...after.narrowed);
    unknown.push(...after.unknown);
  }
  return {
    before,
    suppressed: release.cells.flatMap(({ id }) => (suppressed.has(id) ? [id] : [])),
    audit: { audited: before.audited, narrowed, unknown },
  };
}

const costOf = ({ secondary }: ReleasedCell): number => secondary?.cost ?? 0;

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

/** The release with some of its cells suppressed as well. */
export const withoutCells = ({ cells, relations }: Release, without: ReadonlySet<string>): Release => ({
  cells: cells.map((cell): ReleasedCell =>
    cell.secondary !== undefined && without.has(cell.id) ? { ...cell, known: cell.secondary.known } : cell,
  ),
  relations,
});
