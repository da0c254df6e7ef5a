import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { count, print } from '../../output/output.js';
import { createProgress } from '../../output/progress.js';
import { Failure } from '../../failure.js';
import { ledgerPlaces, openCheckpoints, storeKinds, theStream, type StoreKind } from '../ledger-places.js';
import { position } from '../position.js';
import { openWaitingLedger } from '../waiting-store.js';
import { exportLedger, type Exported } from './export-ledger.js';

interface Options {
  readonly out: string;
  readonly from: number;
  readonly to?: number;
  readonly store: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

export function addExportCommand(ledger: Command): void {
  ledger
    .command('export')
    .description(
      'writes the ledger, or a part of it, into a folder in which anybody can check it with SHA-256 and Ed25519 alone; its README says how',
    )
    .requiredOption('--out <folder>', 'a folder that is empty, or not there yet')
    .option('--from <position>', 'position of the first event', position, 0)
    .option('--to <position>', 'position of the last event (default: the ledger’s last)', position)
    .addOption(
      new Option('--store <store>', 'where the ledger is')
        .choices(storeKinds)
        .env('KINLEDGER_EVENT_STORE')
        .default('postgres'),
    )
    .option('--stream <name>', 'which ledger (default: the only one)')
    .option('--json', 'print one JSON document')
    .action(run);
}

async function run({ out, from, to, store: kind, stream, json }: Options): Promise<void> {
  const places = ledgerPlaces();
  const name = await theStream(places, stream);
  const progress = createProgress(json !== true);
  const store = openWaitingLedger(kind, places, json);
  const { checkpoints, close } = openCheckpoints(places);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Failure('interrupted: nothing was exported'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const began = performance.now();
  try {
    const bar = progress.bar('events', 1);
    const exported = await exportLedger({
      ...{ store, checkpoints, stream: name, out: resolve(out), from, to, signal: interrupted.signal },
      onProgress: (done, total) => bar.update(done, total),
    });
    progress.stop();
    const seconds = (performance.now() - began) / 1000;
    print(json, { ...exported, seconds }, () => describe(exported, seconds));
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await Promise.all([store.close(), close()]);
  }
}

function describe(
  { out, stream, first, events, checkpoints, signedUpTo }: Exported,
  seconds: number,
): string {
  const unsigned = Math.max(0, first + events - Math.max(first, signedUpTo));
  return [
    `${stream}: ${count(events)} events, positions ${first} to ${first + events - 1}, and ${count(checkpoints)} checkpoints are in ${out}. It took ${seconds.toFixed(1)} s.`,
    ...(unsigned === 0 ? [] : [`The last ${count(unsigned)} events are not signed yet.`]),
    `Check it with: kinledger ledger verify ${out} --checkpoint <one that you kept elsewhere>`,
  ].join('\n');
}
