import { PatternTable } from '@kinledger/kin';
import type { PatternsFound } from './compare-blocks.js';

/** The patterns of a stratum in the order of their levels, and how many pairs have each. */
export interface StratumPatterns {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly counts: Float64Array;
}

/** What all threads found in a stratum, sorted: the same whichever thread compared which pair. */
export function patternsOfStratum(found: readonly PatternsFound[]): StratumPatterns {
  const table = new PatternTable();
  for (const { size, low, high, counts } of found)
    for (let pattern = 0; pattern < size; pattern++)
      table.count(low[pattern] as number, high[pattern] as number, counts[pattern]);
  const order = Int32Array.from({ length: table.size }, (_, pattern) => pattern).sort(
    (a, b) =>
      (table.high[a] as number) - (table.high[b] as number) ||
      (table.low[a] as number) - (table.low[b] as number),
  );
  return {
    low: order.map((pattern) => table.low[pattern] as number),
    high: order.map((pattern) => table.high[pattern] as number),
    counts: Float64Array.from(order, (pattern) => table.counts[pattern] as number),
  };
}
