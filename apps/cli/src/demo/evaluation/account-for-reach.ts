/** Why a figure is not the truth, in steps that add up: truth − missed + countedAgain − joined + beyondTruth = figure. */
export interface ReachAccount {
  readonly truth: number;
  /** Truly reached and not counted, by what became of their rows; each once, under the step that its rows got furthest. */
  readonly missed: Readonly<Record<MissedBecause, number>>;
  /** Counted more than once, since the rows were not linked: the counts beyond the first. */
  readonly countedAgain: number;
  /** Not counted for themselves, since their rows were linked to somebody else’s. */
  readonly joined: number;
  /** Counted without anybody of the kind who was truly reached: a row that says another role, for example. */
  readonly beyondTruth: number;
  readonly figure: number;
}

/**
 * `refused`: no row of theirs got through intake (consent, validation, a refused file). `unlinkable`: a row came
 * through without a usable identifier. `referred`: a row waits for a person's review. `elsewhere`: their rows were
 * counted, as another kind.
 */
export type MissedBecause = 'refused' | 'unlinkable' | 'referred' | 'elsewhere';

export const missedBecause: readonly MissedBecause[] = ['refused', 'unlinkable', 'referred', 'elsewhere'];

/** A row that truly counts, and what the platform made of it. */
export interface CountedRow {
  /** Who was truly reached: a person or a family. */
  readonly truly: string;
  /** Whom the figure counts for it; undefined where it counts nobody. */
  readonly counted: string | undefined;
  /** Why it counts nobody. */
  readonly because: MissedBecause;
}

/**
 * Accounts for the difference between a figure and the truth exactly. Rows tie the truly reached to the counted; with
 * S seen, C counted and E distinct ties between them, the counts beyond the first are E − S and the ones that were
 * joined E − C, whatever the shape of the ties.
 * @param rows of everybody who was truly reached.
 * @param counted everybody whom the figure counts.
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
