import { clusterComponents, likelyComponents, type Components, type ScoredPairs } from '@kinledger/kin';
import { orderOf, sourceOf } from '../reading/record-ids.js';
import type { Crew } from '../threads/crew.js';
import { inShared, sharedInts } from '../values/shared-arrays.js';
import type { ComparedRecords } from './compared-records.js';
import { PairScorer, type ScoredLinkage } from './scored-linkage.js';

/** Some of the components of likely pairs, to be divided into individuals. */
export interface ComponentsToDivide {
  readonly linkage: ScoredLinkage;
  readonly likely: ScoredPairs;
  readonly components: Components;
  readonly from: number;
  readonly until: number;
  /** Where each record stands alone at first. Components share no record, so that threads write into one array. */
  readonly clusterOf: Int32Array;
}

export function divideComponents(task: ComponentsToDivide): void {
  const { linkage, likely: pairs, components, from, until, clusterOf } = task;
  const { compared, bonus } = linkage;
  const { records, ids } = compared;
  const scorer = new PairScorer(linkage);
  const uniqueSource = uniqueSourcesOf(compared);
  const rules = {
    compareRecords: orderOf(records, ids),
    scoreOf: (a: number, b: number) => scorer.scoreOf(a, b) + bonus,
    scoresHold: true,
    ...(uniqueSource === undefined ? {} : { uniqueSource }),
  };
  clusterComponents({ records: records.count, pairs, components, from, until }, rules, clusterOf);
}

/** @returns by record: the first record of its individual. */
export async function clusterRecords(
  linkage: ScoredLinkage,
  likely: ScoredPairs,
  crew: Crew,
): Promise<Int32Array> {
  const { count } = linkage.compared.records;
  const clusterOf = sharedInts(count);
  for (let record = 0; record < count; record++) clusterOf[record] = record;
  const found = likelyComponents(count, likely);
  const components = { ...found, starts: inShared(found.starts), pairs: inShared(found.pairs) };
  await crew.all(
    'divide',
    Array.from({ length: crew.size }, (_, part) => ({
      ...{ linkage, likely, components, clusterOf },
      from: Math.floor((components.count * part) / crew.size),
      until: Math.floor((components.count * (part + 1)) / crew.size),
    })),
  );
  return clusterOf;
}

function uniqueSourcesOf({ records, unique }: ComparedRecords): Uint8Array | undefined {
  if (!unique.some(Boolean)) return undefined;
  return Uint8Array.from({ length: records.count }, (_, record) =>
    unique[sourceOf(records, record)] === true ? sourceOf(records, record) + 1 : 0,
  );
}
