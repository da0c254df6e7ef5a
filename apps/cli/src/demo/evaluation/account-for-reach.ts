/**
 * Why a figure differs from the truth, in steps that add up: truth − missed + countedAgain − joined + beyondTruth =
 * figure.
 */
export interface ReachAccount {
  readonly truth: number;
  /** Truly reached but not counted, by the furthest step that any of their rows reached; each is listed once. */
  readonly missed: Readonly<Record<MissedBecause, number>>;
  /** Counts beyond the first of people whose rows were not linked. */
  readonly countedAgain: number;
  /** People not counted separately, because their rows were linked to somebody else’s. */
  readonly joined: number;
  /** Counted without a truly reached person of that kind, for example because of a row with another role. */
  readonly beyondTruth: number;
  readonly figure: number;
}

/**
 * `refused`: ingest accepted none of their rows (consent, validation, a refused file). `unlinkable`: a row was accepted
 * without a usable identifier. `referred`: a row waits for review. `elsewhere`: their rows count as another kind,
 * or, of a family, nothing says that they are its.
 */
export type MissedBecause = 'refused' | 'unlinkable' | 'referred' | 'elsewhere';

export const missedBecause: readonly MissedBecause[] = ['refused', 'unlinkable', 'referred', 'elsewhere'];

/** A row that truly counts, and its outcome. */
export interface CountedRow {
  /** Id of the person or family truly reached. */
  readonly truly: string;
  /** Id of the individual or family that the figure counts for it; undefined if none. */
  readonly counted: string | undefined;
  /** Why the figure counts nobody for it. */
  readonly because: MissedBecause;
}

/**
 * Accounts for the difference between a figure and the truth exactly. Rows tie the truly reached to the counted; with
 * S seen, C counted and E distinct ties between them, the counts beyond the first are E − S and the ones that were
 * joined E − C, for any pattern of ties.
 * @param rows of all people truly reached.
 * @param counted ids of all that the figure counts.
 */
export function accountForReach(rows: Iterable<CountedRow>, counted: ReadonlySet<string>): ReachAccount {
  const furthest = new Map<string, number>();
  const ties = new Set<string>();
  const seen = new Set<string>();
  const tied = new Set<string>();
  for (const { truly, counted: whom, because } of rows) {
    const step = missedBecause.indexOf(because);
    furthest.set(truly, Math.max(furthest.get(truly) ?? 0, step));
    if (whom === undefined) continue;
    ties.add(`${truly} ${whom}`);
    seen.add(truly);
    tied.add(whom);
  }
  const missed = { refused: 0, unlinkable: 0, referred: 0, elsewhere: 0 };
  for (const [truly, step] of furthest) {
    if (!seen.has(truly)) missed[missedBecause[step] ?? 'refused'] += 1;
  }
  return {
    truth: furthest.size,
    missed,
    countedAgain: ties.size - seen.size,
    joined: ties.size - tied.size,
    beyondTruth: counted.size - tied.size,
    figure: counted.size,
  };
}
