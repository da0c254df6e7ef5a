import type { FieldKind } from '@kinledger/kin';
import type { RecordIds } from '../reading/record-ids.js';
import type { LinkRecords } from '../reading/records.js';
import type { Crew } from '../threads/crew.js';
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
  const grouped = crew.all(
    'group',
    wanted.map((key) => ({ key, records, values, deletions })),
  );
  const [keys, [equal]] = await Promise.all([grouped, crew.all('group-equal', [{ records, ids }])]);
  if (equal === undefined) throw new Error('equal records were not grouped');
  return { keys, equal, ofRecords: blocksOfRecords(records.count, keys) };
}
