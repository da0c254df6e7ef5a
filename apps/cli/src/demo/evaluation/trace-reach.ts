import { parsePeriod } from '@kinledger/domain';
import type { DemoFile, LoadedFiles } from '../demo-folder.js';
import { explainReach, type ReachExplained } from './explain-reach.js';
import { qualifyingRecords } from './qualifying-records.js';
import { reachByGroup, type ReachByGroup, type ReachedRow } from './reach-by-group.js';
import { recordFinder } from './record-finder.js';
import { truePeople, trueRecords } from './truth.js';

/** What the truth of every row says of the programme's reach of a quarter. */
export interface ReachTraced {
  readonly explained: ReachExplained;
  readonly byGroup: ReachByGroup;
}

/**
 * Finds, for every row that truly makes somebody count as reached, its record in the read models, and judges reach from
 * both. Needs the keys: see {@link recordFinder}.
 */
export async function traceReach(
  evaluation: { readonly platformUrl: string; readonly secretsDirectory: string },
  truthFolder: string,
  { sent, loaded }: { readonly sent: readonly DemoFile[]; readonly loaded: LoadedFiles },
  quarter: string,
): Promise<ReachTraced> {
  const period = parsePeriod(quarter);
  if (period === undefined) throw new Error(`${quarter} is no quarter`);
  const [records, recordOf, people] = await Promise.all([
    qualifyingRecords(evaluation.platformUrl, period),
    recordFinder(evaluation.secretsDirectory, loaded),
    truePeople(truthFolder),
  ]);
  const providers = new Map(sent.map(({ dataset, provider }) => [dataset, provider]));
  const providerOf = (dataset: string) => providers.get(dataset) ?? dataset;
  const rows: ReachedRow[] = [];
  for await (const row of trueRecords(truthFolder)) {
    const { person, role, dataset } = row;
    if (row.reachedIn !== quarter || (role !== 'child' && role !== 'adult')) continue;
    const record = recordOf(row);
    const found = record === undefined ? undefined : records.get(record);
    rows.push({ person, role, provider: providerOf(dataset), found });
  }
  const counted = [...records.values()];
  return {
    explained: explainReach(rows, counted, people),
    byGroup: reachByGroup(rows, counted, people, providerOf),
  };
}
