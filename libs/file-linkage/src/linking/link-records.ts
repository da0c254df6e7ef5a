import {
  hasRarities,
  levelsOf,
  modelOf,
  rarityShares,
  ScoreTable,
  strata,
  type Comparison,
  type Model,
} from '@kinledger/kin';
import { candidatesOf } from '../candidates/candidates.js';
import type { KeyBlocks } from '../candidates/key-blocks.js';
import type { LinkRecords } from '../reading/records.js';
import type { Crew } from '../threads/crew.js';
import { sharedInts } from '../values/shared-arrays.js';
import { raritiesOf, type DerivedValues } from '../values/value-table.js';
import type { BlocksCompared } from './compare-blocks.js';
import { comparisonOf, stratumOf, type ComparedRecords } from './compared-records.js';
import { clusterRecords } from './cluster-records.js';
import { decidePairs, type DecidedPairs } from './decided-pairs.js';
import { IndividualsAlike } from './distinct-individuals.js';
import { estimateStrata } from './estimate-strata.js';
import { expectedMatches, leftOverBonus } from './left-over.js';
import { patternsOfStratum, type StratumPatterns } from './patterns-of-stratum.js';
import type { FilesRead } from './read-files.js';
import { countScores, likelyPairs, type ScoreCounts } from './score-pairs.js';

export interface LinkOptions {
  /** By source: whether it holds nobody twice. */
  readonly unique: readonly boolean[];
  /** A model to use; estimated from the records if absent. */
  readonly model?: Model | undefined;
  readonly progress: (step: string) => void;
}

/** Records, linked: what was compared, with which model, and who is whom. */
export interface Linked {
  readonly records: LinkRecords;
  readonly comparison: Comparison;
  readonly model: Model;
  readonly table: ScoreTable;
  readonly keys: readonly Omit<KeyBlocks, 'blocks'>[];
  /** How many values of keys too many records share for their pairs to be compared. */
  readonly passedOver: number;
  /** How many pairs were compared, and how many of them have each score. */
  readonly compared: number;
  readonly scoreCounts: ScoreCounts;
  /** By field and level: 1 if a pair that was compared has it. */
  readonly levelsSeen: readonly Uint8Array[];
  /** By record: the first record of its individual. */
  readonly clusterOf: Int32Array;
  /** All pairs of records that share an individual, in parts that follow one another. */
  readonly decided: readonly DecidedPairs[];
  /** What one-to-one linkage added to each score. */
  readonly bonus: number;
  readonly stratumOf: (a: number, b: number) => number;
}

/** Links records: candidates, comparison, model, scores, clusters. The number of threads changes nothing but the time. */
export async function linkRecords(
  { fields, records, ids, values }: FilesRead,
  options: LinkOptions,
  crew: Crew,
): Promise<Linked> {
  const { progress, unique } = options;
  const compared: ComparedRecords = {
    ...{ records, ids, fields, values, unique },
    rarities: raritiesOfFields(records, fields, values),
  };
  const comparison = comparisonOf(compared);
  progress('candidates');
  const kinds = fields.map(({ kind }) => kind);
  const ofField = fields.map(({ vocabulary }) => values[vocabulary] as DerivedValues);
  const { keys, equal, ofRecords } = await candidatesOf({ records, ids }, kinds, ofField, crew);
  progress('compare');
  const blocks = { compared, keys: keys.map((key) => key.blocks), equal, ofRecords, taken: sharedInts(1) };
  const found = await crew.all(
    'compare',
    Array.from({ length: crew.size }, () => blocks),
  );
  const patterns = strata.map((_, stratum) =>
    patternsOfStratum(
      found.map((ofThread) => ofThread.patterns[stratum] as (typeof ofThread.patterns)[number]),
    ),
  );
  progress('estimate');
  const model = options.model ?? (await estimated(comparison, compared, patterns, crew));
  progress('score');
  const table = new ScoreTable(comparison.layout, model);
  const across = unique.length > 1 && unique.every(Boolean);
  const bonus = across ? leftOverBonus(expectedMatches(table, patterns), smallerSource(records)) : 0;
  const likely = likelyPairs(table, found, bonus);
  const scoreCounts = countScores(table, patterns, bonus);
  progress('cluster');
  const linkage = { compared, model, bonus };
  const clusterOf = await clusterRecords(linkage, likely, crew);
  progress('decide');
  const [decided, [distinct]] = await Promise.all([
    decidePairs(linkage, likely, clusterOf, crew),
    crew.all('examine-individuals', [{ records, clusterOf }]),
  ]);
  if (distinct !== true) throw new IndividualsAlike();
  return {
    ...{ records, comparison, model, table, bonus, clusterOf, decided, scoreCounts },
    keys: keys.map(({ blocks: _, ...key }) => key),
    passedOver: keys.reduce((all, key) => all + key.passedOver, 0),
    compared: pairsCompared(found),
    levelsSeen: levelsSeen(comparison, patterns),
    stratumOf: (a, b) => stratumOf(records, a, b),
  };
}

/** By field: how rare each value is. */
function raritiesOfFields(
  { count, data, stride }: LinkRecords,
  fields: FilesRead['fields'],
  values: readonly DerivedValues[],
): readonly (Uint8Array | undefined)[] {
  return fields.map(({ kind, vocabulary }, field) => {
    if (!hasRarities(kind)) return undefined;
    const ofField = values[vocabulary] as DerivedValues;
    const counts = new Int32Array(ofField.whole.length);
    for (let record = 0; record < count; record++) {
      const value = data[record * stride + field] as number;
      counts[value] = (counts[value] as number) + 1;
    }
    counts[0] = 0;
    return raritiesOf(ofField, counts, rarityShares);
  });
}

async function estimated(
  { layout }: Comparison,
  compared: ComparedRecords,
  patterns: readonly StratumPatterns[],
  crew: Crew,
): Promise<Model> {
  const strataFound = patterns.map((ofStratum, stratum) => ({ compared, stratum, patterns: ofStratum }));
  const shown = strataFound.filter(({ patterns: { low } }) => low.length > 0);
  // Without any pair, the model is what one begins with.
  const evidence = await crew.all('evidence', shown.length > 0 ? shown : strataFound.slice(0, 1));
  return modelOf('estimated', layout, await estimateStrata(layout.fields, evidence, crew));
}

const pairsCompared = (found: readonly BlocksCompared[]): number =>
  found.reduce((all, { pairs }) => all + pairs.reduce((some, { count }) => some + count, 0), 0);

function levelsSeen({ layout }: Comparison, patterns: readonly StratumPatterns[]): readonly Uint8Array[] {
  return layout.fields.map(({ kind }, field) => {
    const seen = new Uint8Array(levelsOf[kind].length);
    for (const { low, high } of patterns)
      for (let pattern = 0; pattern < low.length; pattern++)
        seen[layout.level(field, low[pattern] as number, high[pattern] as number)] = 1;
    return seen;
  });
}

const smallerSource = ({ sourceStarts }: LinkRecords): number =>
  Math.min(...sourceStarts.slice(1).map((end, source) => end - (sourceStarts[source] ?? 0)));
