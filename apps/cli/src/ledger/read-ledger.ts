import type { EventStore } from '@kinledger/event-store';
import { Option, type Command } from 'commander';
import { Failure } from '../failure.js';
import { createProgress, type Progress } from '../output/progress.js';
import { ledgerPlaces, storeKinds, theStream, type LedgerPlaces, type StoreKind } from './ledger-places.js';
import { openWaitingLedger } from './waiting-store.js';

/** The options of a command that reads one ledger. */
export interface LedgerOptions {
  readonly store: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

/** Adds the options that say which ledger a command reads, and how it prints. */
export const withLedgerOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--store <store>', 'where the ledger is')
        .choices(storeKinds)
        .env('KINLEDGER_EVENT_STORE')
        .default('postgres'),
    )
    .option('--stream <name>', 'which ledger (default: the only one)')
    .option('--json', 'print one JSON document');

/** A ledger that a command reads. */
export interface LedgerReading {
  readonly places: LedgerPlaces;
  readonly store: EventStore;
  readonly stream: string;
  /** Stop it before printing. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Opens the ledger that the options name, and closes it once `read` ends. Ctrl-C aborts the signal, even while the ledger is awaited.
 * @throws Failure with the text `interrupted` after Ctrl-C; what `read` throws.
 */
export async function readLedger<Result>(
  { store: kind, stream: named, json }: LedgerOptions,
  interrupted: string,
  read: (reading: LedgerReading) => Promise<Result>,
): Promise<Result> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Failure(interrupted));
  const { signal } = interruption;
  const places = ledgerPlaces();
  const stream = await theStream(places, named);
  const store = openWaitingLedger(kind, places, json, signal);
  const progress = createProgress(json !== true);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await read({ places, store, stream, progress, signal });
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await store.close();
  }
}
