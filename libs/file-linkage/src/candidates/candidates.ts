import type { FieldKind } from '@kinledger/kin';
import type { RecordIds } from '../reading/record-ids.js';
import type { LinkRecords } from '../reading/records.js';
import type { Crew } from '../threads/crew.js';
import { sharedInts } from '../values/shared-arrays.js';
import type { DerivedValues } from '../values/value-table.js';
import { blocksOfRecords, type BlocksOfRecords } from './blocks-of-records.js';
import type { Blocks } from './blocks.js';
import type { KeyBlocks } from './key-blocks.js';
import { COARSE_UP_TO, keyLadder } from './key-ladder.js';

/** Records in blocks: those of one block are compared, and equal records. */
export interface Candidates {
  readonly keys: readonly KeyBlocks[];
  readonly equal: Blocks;
  readonly ofRecords: BlocksOfRecords;
}

/** Groups records by the keys that their number allows. @param values by field. */
export async function candidatesOf(
  { records, ids }: { readonly records: LinkRecords; readonly ids: RecordIds },
  kinds: readonly FieldKind[],
  values: readonly DerivedValues[],
  crew: Crew,
): Promise<Candidates> {
  const ladder = keyLadder(kinds);
  const wanted = records.count > COARSE_UP_TO ? ladder.fine : [...ladder.fine, ...ladder.coarse];
  const withDeletions = [
    ...new Set(
      wanted.flatMap(({ parts }) =>
        parts.flatMap(({ fields, rung }) => (rung === 'deletions' ? fields : [])),
      ),
    ),
  ];
  const made = await crew.all(
    'make-deletions',
    withDeletions.map((field) => ({
      kind: kinds[field] as FieldKind,
      texts: (values[field] as DerivedValues).texts,
    })),
  );
  const deletions = kinds.map((_, field) => made[withDeletions.indexOf(field)]);
  const toGroup = { keys: wanted, records, ids, values, deletions, taken: sharedInts(1) };
  const grouped = await crew.all(
    'group',
    Array.from({ length: crew.size }, () => toGroup),
  );
  const keys = wanted.map((_, key) => theOne(grouped.map(({ ofKeys }) => ofKeys[key])));
  const equal = theOne(grouped.map((ofThread) => ofThread.equal));
  const ofRecords = await blocksOfRecords(
    records.count,
    keys.map(({ blocks }) => blocks),
    crew,
  );
  return { keys, equal, ofRecords };
}

/** What one of the threads made. */
function theOne<Made>(ofThreads: readonly (Made | undefined)[]): Made {
  const found = ofThreads.find((made) => made !== undefined);
  if (found === undefined) throw new Error('records were not grouped');
  return found;
}
