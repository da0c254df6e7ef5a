import { Option, type Command } from 'commander';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress, tellBeside } from '../output/progress.js';
import { checkLedger, type CheckedLedger } from './check-ledger.js';
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
  readonly store: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

export function addCheckCommand(ledger: Command): void {
  ledger
    .command('check')
    .description(
      'reads the whole ledger and the settings of its stream; lists what was not written by Kinledger, what hides events and who else may write',
    )
    .addOption(
      new Option('--store <store>', 'where it is')
        .choices(storeKinds)
        .env('KINLEDGER_EVENT_STORE')
        .default('postgres'),
    )
    .option('--stream <name>', 'one stream (default: all that this installation wrote)')
    .option('--json', 'print one JSON document')
    .action(check);
}

async function check({ store: kind, stream, json }: Options): Promise<void> {
  const places = ledgerPlaces();
  const progress = createProgress(json !== true);
  const interrupted = new AbortController();
  const store = waitingStore(
    openLedger(kind, places),
    new LedgerWait(tellBeside(progress, json)),
    interrupted.signal,
  );
  try {
    const checked: CheckedLedger[] = [];
    for (const name of stream === undefined ? await streamNames(places) : [stream]) {
      const bar = progress.bar(name, 1);
      checked.push(await checkLedger(store, name, (done, total) => bar.update(done, total)));
    }
    progress.stop();
    print(json, { store: kind, streams: checked }, () => describe(checked, kind));
    const faults = checked.flatMap(({ findings }) => findings).filter(({ weight }) => weight === 'fault');
    if (faults.length > 0) {
      throw new Failure(
        `the ledger has ${faults.length === 1 ? 'a fault' : `${count(faults.length)} faults`}`,
      );
    }
  } finally {
    progress.stop();
    await store.close();
  }
}

const describe = (checked: readonly CheckedLedger[], kind: StoreKind): string =>
  checked.length === 0
    ? `This installation has written no ledger in ${storeNames[kind]}.`
    : checked
        .flatMap(({ stream, events, findings }) => [
          `${stream}: ${count(events)} events in ${storeNames[kind]} are Kinledger’s own.`,
          ...findings.map(
            ({ weight, sentence }) => `  ${weight === 'fault' ? 'fault' : 'note '}  ${sentence}`,
          ),
          ...(findings.length === 0 ? ['  nothing to find fault with'] : []),
        ])
        .join('\n');
