import { countBlocks, listBlocks } from '../candidates/blocks-of-records.js';
import { deletionColumn } from '../candidates/deletion-column.js';
import { groupByKeys } from '../candidates/key-blocks.js';
import { divideComponents } from '../linking/cluster-records.js';
import { compareBlocks } from '../linking/compare-blocks.js';
import { decidePairsOf } from '../linking/decided-pairs.js';
import { areDistinct } from '../linking/distinct-individuals.js';
import { estimateOf } from '../linking/estimate-strata.js';
import { evidenceOf } from '../linking/stratum-evidence.js';
import { faultOfIds } from '../reading/distinct-ids.js';
import { readRange } from '../reading/read-range.js';
import { placeRows } from '../reading/records.js';
import { makeVocabulary } from '../values/vocabulary.js';

/**
 * What a thread can be asked to do. What goes in and out is numbers, texts and arrays that all threads see, so that nothing
 * large is copied between them.
 */
export const tasks = {
  read: readRange,
  'number-values': makeVocabulary,
  place: placeRows,
  'examine-ids': faultOfIds,
  'make-deletions': deletionColumn,
  group: groupByKeys,
  'count-blocks': countBlocks,
  'list-blocks': listBlocks,
  compare: compareBlocks,
  evidence: evidenceOf,
  estimate: estimateOf,
  divide: divideComponents,
  decide: decidePairsOf,
  'examine-individuals': areDistinct,
};

export type TaskKind = keyof typeof tasks;
export type TaskInput<Kind extends TaskKind> = Parameters<(typeof tasks)[Kind]>[0];
export type TaskOutput<Kind extends TaskKind> = ReturnType<(typeof tasks)[Kind]>;
