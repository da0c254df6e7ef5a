import { Option, type Command } from 'commander';
import { copyStream, type Copied, type CopyProgress } from '@kinledger/event-store';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress, tellBeside, type Progress } from '../output/progress.js';
import { LedgerWait } from './ledger-wait.js';
import {
  ledgerPlaces,
  openLedger,
  storeKinds,
  storeNames,
  streamNames,
  type StoreKind,
} from './ledger-places.js';
import { waitingStore } from './waiting-store.js';

interface Options {
  readonly from: StoreKind;
  readonly to: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

export function addCopyCommand(ledger: Command): void {
  ledger
    .command('copy')
    .description(
      'copies the ledger from one event store into another and compares every event to the byte; goes on where it was interrupted',
    )
    .addOption(new Option('--from <store>', 'where it is').choices(storeKinds).makeOptionMandatory())
    .addOption(new Option('--to <store>', 'where it should be').choices(storeKinds).makeOptionMandatory())
    .option(
      '--stream <name>',
      'one stream, such as programme-leap (default: all that this installation wrote)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
KINLEDGER_PLATFORM_URL is the platform database with the linker's role (default: that of the services that run here),
KINLEDGER_KURRENTDB_URL the connection string of KurrentDB. Bodies and payloads stay in PostgreSQL.`,
    )
    .action(copy);
}

async function copy({ from, to, stream, json }: Options): Promise<void> {
  if (from === to) throw new Failure(`--from and --to are both ${from}`);
  const places = ledgerPlaces();
  const interrupted = new AbortController();
  const progress = createProgress(json !== true);
  const wait = new LedgerWait(tellBeside(progress, json));
  const open = (kind: StoreKind) => waitingStore(openLedger(kind, places), wait, interrupted.signal);
  const stores = { from: open(from), to: open(to) };
  const interrupt = () =>
    interrupted.abort(new Failure('interrupted: the same command goes on where it was'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const began = performance.now();
  try {
    const streams: Copied[] = [];
    for (const name of stream === undefined ? await streamNames(places) : [stream]) {
      const onProgress = bars(progress);
      const copied = await copyStream({ ...stores, stream: name, signal: interrupted.signal, onProgress });
      if (copied.events > 0) streams.push(copied);
    }
    progress.stop();
    const seconds = (performance.now() - began) / 1000;
    if (streams.length === 0) throw new Failure(`there is no ledger in ${storeNames[from]}`);
    print(json, { from, to, streams, seconds }, () => describe(streams, { from, to }, seconds));
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await Promise.all([stores.from.close(), stores.to.close()]);
  }
}

/** One bar per stage, from when it begins. */
function bars(progress: Progress): (at: CopyProgress) => void {
  const shown = new Map<CopyProgress['stage'], ReturnType<Progress['bar']>>();
  return ({ stage, done, total }) => {
    const bar = shown.get(stage) ?? progress.bar(stage, total);
    shown.set(stage, bar);
    bar.update(done, total);
  };
}

const describe = (
  streams: readonly Copied[],
  { from, to }: { readonly from: StoreKind; readonly to: StoreKind },
  seconds: number,
): string =>
  [
    ...streams.flatMap(({ stream, events, found, copied, root }) => [
      `${stream}: ${count(events)} events are in ${storeNames[to]} as they are in ${storeNames[from]}; ${count(copied)} were copied, ${count(found)} were there.`,
      `  root    ${root}`,
    ]),
    `Every event was read back and is the same to the byte. It took ${seconds.toFixed(1)} s.`,
    `Bodies and payloads stay in PostgreSQL. Services use the copy once they start with KINLEDGER_EVENT_STORE=${to}.`,
  ].join('\n');
