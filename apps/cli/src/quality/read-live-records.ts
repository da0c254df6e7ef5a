import {
  engineOptionsBeside,
  isLedgerUnreadable,
  definitionBeside,
  ledgerPages,
  requireNameTableUnder,
  type EngineOptionsBeside,
  type LedgerUnreadable,
} from '@kinledger/decisions';
import {
  ledgerEventOf,
  nameFrequenciesIn,
  recordKindOf,
  type LinkageRecord,
  type LinkConstraints,
  type Strategy,
} from '@kinledger/domain';
import type { NameFrequencies } from '@kinledger/kin';
import { bodiesIn } from '@kinledger/event-store';
import { datasetsOf, type Dataset, type ProgrammeDefinition } from '@kinledger/programme';
import { Failure } from '../failure.js';
import type { LedgerReading } from '../ledger/read-ledger.js';
import { LiveRecords, type LiveRecord } from './live-records.js';

/** A ledger’s live records, with the definition in force. */
export interface LedgerRecords {
  /**
   * The strategy in force, with the table of name frequencies that its model may name.
   * @throws LedgerUnreadable if that table cannot be used.
   */
  readonly requireStrategy: () => Strategy;
  /** That table; undefined if the model names none, or it cannot be used. */
  readonly nameFrequencies: NameFrequencies | undefined;
  readonly records: LiveRecords;
  readonly definition: ProgrammeDefinition;
  /** Undefined for one that the definition in force no longer has. */
  readonly dataset: (id: string) => Dataset | undefined;
}

/** Reads a ledger from its beginning to its end. @throws Failure if it holds no programme */
export async function readLiveRecords({
  store,
  stream,
  progress,
  signal,
}: Pick<LedgerReading, 'store' | 'stream' | 'progress' | 'signal'>): Promise<LedgerRecords> {
  const to = await store.head(stream);
  const bar = progress.bar('events', to + 1);
  const records = new LiveRecords();
  for await (const page of ledgerPages({ store, stream, from: 0, to, signal })) {
    const bodies = bodiesIn(page.segments);
    for (const stored of page.events) records.apply(ledgerEventOf(stored, stream), bodies);
    bar.update((page.events.at(-1)?.revision ?? to) + 1);
  }
  const { definition: digest } = records;
  if (digest === undefined) throw new Failure(`${stream} holds no definition of a programme`);
  const document = await definitionBeside(store, digest);
  const datasets = new Map<string, Dataset>(datasetsOf(document).map((dataset) => [dataset.id, dataset]));
  const engine = await engineOrRefusal({ store, stream }, document.definition, records.keyVersion);
  const { nameTable } = engine instanceof Error ? {} : engine;
  return {
    records,
    requireStrategy: () => {
      if (engine instanceof Error) throw engine;
      return engine.strategy;
    },
    nameFrequencies: nameTable && nameFrequenciesIn(nameTable.id, nameTable.bytes),
    definition: document.definition,
    dataset: (id) => datasets.get(id),
  };
}

/** What decides under a definition, or why its table of name frequencies cannot be used: not all that reads rows needs it. */
async function engineOrRefusal(
  place: Pick<LedgerReading, 'store' | 'stream'>,
  definition: ProgrammeDefinition,
  keyVersion: number,
): Promise<EngineOptionsBeside | LedgerUnreadable> {
  try {
    const engine = await engineOptionsBeside(place, definition);
    await requireNameTableUnder(keyVersion, place, engine);
    return engine;
  } catch (error) {
    if (!isLedgerUnreadable(error)) throw error;
    return error;
  }
}

/** The live records as linkage reads them: those that are not erased, of datasets that the definition in force has. */
export const linkageRecordsOf = (
  { records, dataset }: LedgerRecords,
  isMeant: (record: LiveRecord) => boolean = () => true,
): LinkageRecord[] =>
  records.live().flatMap((record): LinkageRecord[] => {
    const { rowKey, role, dataset: id, body } = record;
    const dataType = dataset(id)?.dataType;
    return dataType === undefined || body === undefined || !isMeant(record)
      ? []
      : [{ rowKey, role, dataset: id, kind: recordKindOf(dataType, role), ...body }];
  });

/** What people decided. */
export const constraintsIn = ({ records }: Pick<LedgerRecords, 'records'>): LinkConstraints => ({
  neverLink: records.decided('different'),
  reviewedLink: records.decided('same'),
});
