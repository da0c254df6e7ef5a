import { sharedInts } from '../values/shared-arrays.js';

/** The individuals of two records or more, in arrays that all threads see. */
export interface Individuals {
  readonly count: number;
  /** The records of individual `i` stand from `starts[i]` to `starts[i + 1]`, in the order of records. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/** Individuals come in the order of the numbers of their first records. @param clusterOf by record: the first of its individual. */
export function individualsIn(clusterOf: Int32Array): Individuals {
  const records = clusterOf.length;
  const sizes = new Int32Array(records);
  for (let record = 0; record < records; record++) {
    const first = clusterOf[record] as number;
    sizes[first] = (sizes[first] as number) + 1;
  }
  let [count, linked] = [0, 0];
  for (let first = 0; first < records; first++)
    if ((sizes[first] as number) > 1) {
      count += 1;
      linked += sizes[first] as number;
    }
  const starts = sharedInts(count + 1);
  const members = sharedInts(linked);
  /** By first record: where its next member goes; −1 where a record is alone. */
  const next = sizes;
  let [individual, place] = [0, 0];
  for (let first = 0; first < records; first++) {
    const size = sizes[first] as number;
    next[first] = size > 1 ? place : -1;
    if (size <= 1) continue;
    place += size;
    starts[++individual] = place;
  }
  for (let record = 0; record < records; record++) {
    const first = clusterOf[record] as number;
    const at = next[first] as number;
    if (at < 0) continue;
    members[at] = record;
    next[first] = at + 1;
  }
  return { count, starts, members };
}
