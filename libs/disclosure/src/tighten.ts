import type { Bounds } from './release.js';
import type { Problem } from './solver.js';

/** Rounds after which bounds are left as they are: each is true already. */
const MOST_ROUNDS = 50;

/**
 * Narrower bounds of each count that follow from one row after another, or undefined if some count has none left. No
 * whole counts that satisfy the problem are lost.
 */
export function tightened({ counts, rows }: Problem): readonly Bounds[] | undefined {
  const lows = counts.map(({ low }) => low);
  const highs = counts.map(({ high }) => high);
  for (let round = 0, changed = true; changed && round < MOST_ROUNDS; round += 1) {
    changed = false;
    for (const row of rows) {
      let [least, most] = [0, 0];
      for (const [place, count] of row.counts.entries()) {
        const times = row.times[place] ?? 0;
        least += times * ((times > 0 ? lows : highs)[count] ?? 0);
        most += times * ((times > 0 ? highs : lows)[count] ?? 0);
      }
      for (const [place, count] of row.counts.entries()) {
        const times = row.times[place] ?? 0;
        const [low, high] = [lows[count] ?? 0, highs[count] ?? 0];
        // What the others can sum to leaves this much for the count.
        const mostLeft = row.sum.high - (least - times * (times > 0 ? low : high));
        const leastLeft = row.sum.low - (most - times * (times > 0 ? high : low));
        const atMost = Math.floor((times > 0 ? mostLeft : leastLeft) / times);
        const atLeast = Math.ceil((times > 0 ? leastLeft : mostLeft) / times);
        if (atMost < high) highs[count] = atMost;
        if (atLeast > low) lows[count] = atLeast;
        if (atMost >= high && !(atLeast > low)) continue;
        if ((lows[count] ?? 0) > (highs[count] ?? 0)) return undefined;
        changed = true;
        // The sums above were of the old bounds, which are wider: what follows from them stays true.
      }
    }
  }
  return lows.map((low, count) => ({ low, high: highs[count] ?? Infinity }));
}
