import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { Failure } from '../../failure.js';
import { count, print } from '../../output/output.js';
import { createProgress } from '../../output/progress.js';
import { ledgerPlaces, openCheckpoints, storeKinds, theStream, type StoreKind } from '../ledger-places.js';
import { openWaitingLedger } from '../waiting-store.js';
import type { OutsideCheckpoint, Verification } from './verification.js';
import { verifyExport } from './verify-export.js';
import { verifyLive } from './verify-live.js';

interface Options {
  readonly live?: boolean;
  readonly checkpoint?: string;
  readonly store: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

export function addVerifyCommand(ledger: Command): void {
  ledger
    .command('verify')
    .description(
      'checks that no event was changed, left out, added or moved since it was signed: of an export, or of the ledger that runs here, there with every body that still exists',
    )
    .argument('[folder]', 'an export')
    .option('--live', 'the ledger itself, where it is kept')
    .option(
      '--checkpoint <file>',
      'a checkpoint that you kept elsewhere: it shows that history was not rewritten as a whole',
    )
    .addOption(
      new Option('--store <store>', 'with --live, where it is')
        .choices(storeKinds)
        .env('KINLEDGER_EVENT_STORE')
        .default('postgres'),
    )
    .option('--stream <name>', 'with --live, which ledger (default: the only one)')
    .option('--json', 'print one JSON document')
    .action(verify);
}

async function verify(folder: string | undefined, options: Options): Promise<void> {
  const { live = false, checkpoint, json } = options;
  if (live === (folder !== undefined)) {
    throw new Failure('name the folder of an export, or give --live to check the ledger that runs here');
  }
  const outside = checkpoint === undefined ? undefined : readOutside(checkpoint);
  const progress = createProgress(json !== true);
  const began = performance.now();
  try {
    const bar = progress.bar('events', 1);
    const onProgress = (done: number, total: number) => bar.update(done, total);
    const found =
      folder === undefined
        ? await verifyRunning(options, outside, onProgress)
        : await verifyExport({ folder, outside, onProgress });
    progress.stop();
    const seconds = (performance.now() - began) / 1000;
    print(json, { ...found, seconds }, () => describe(found, seconds));
    requireNoFault(found);
  } finally {
    progress.stop();
  }
}

async function verifyRunning(
  { store: kind, stream, json }: Options,
  outside: OutsideCheckpoint | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<Verification> {
  const places = ledgerPlaces();
  const name = await theStream(places, stream);
  const store = openWaitingLedger(kind, places, json);
  const checkpoints = openCheckpoints(places);
  try {
    return await verifyLive({
      store,
      checkpoints: checkpoints.checkpoints,
      stream: name,
      outside,
      onProgress,
    });
  } finally {
    await Promise.all([store.close(), checkpoints.close()]);
  }
}

function readOutside(file: string): OutsideCheckpoint {
  try {
    return { name: basename(file), bytes: readFileSync(file) };
  } catch {
    throw new Failure(`the checkpoint ${file} cannot be read`);
  }
}

function requireNoFault({ faults }: Verification): void {
  const [first] = faults.first;
  if (first === undefined) return;
  const all = faults.count === 1 ? '1 fault in all' : `${count(faults.count)} faults in all`;
  throw new Failure(`the ledger is not what was signed: first, ${first.sentence} (${all})`);
}

function describe(found: Verification, seconds: number): string {
  const { stream, first, events, checkpoints, signedUpTo, faults, bodies, outsideCheckpoint, root } = found;
  const end = first + events;
  const unsigned = Math.max(0, end - Math.max(first, signedUpTo));
  const rate = count(Math.round(events / Math.max(seconds, 0.001)));
  return [
    `${stream}: ${count(events)} events, positions ${first} to ${end - 1}, and ${count(checkpoints)} checkpoints were checked in ${seconds.toFixed(1)} s (${rate} events/s).`,
    `  root    ${root}`,
    ...(bodies === undefined
      ? []
      : [
          `  bodies  ${count(bodies.checked)} are what the ledger is committed to; ${count(bodies.erased)} were erased, as the ledger says.`,
        ]),
    ...(unsigned === 0 ? [] : [`  note    the last ${count(unsigned)} events are not signed yet.`]),
    ...(outsideCheckpoint
      ? []
      : [
          '  note    without --checkpoint FILE, one that you kept elsewhere, this does not show that history was not rewritten as a whole.',
        ]),
    ...faults.first.map(({ sentence }) => `  fault   ${sentence}`),
    ...(faults.count > faults.first.length
      ? [`  fault   and ${count(faults.count - faults.first.length)} more`]
      : []),
    ...(faults.count === 0 ? ['Nothing was changed, left out, added or moved.'] : []),
  ].join('\n');
}
