import { resolve } from 'node:path';
import type { Command } from 'commander';
import { count, print } from '../../output/output.js';
import { openCheckpoints } from '../ledger-places.js';
import { position } from '../position.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../read-ledger.js';
import { exportLedger, type Exported } from './export-ledger.js';

interface Options extends LedgerOptions {
  readonly out: string;
  readonly from: number;
  readonly to?: number;
}

export function addExportCommand(ledger: Command): void {
  const command = ledger
    .command('export')
    .description(
      'writes the ledger, or a part of it, into a folder in which anybody can check it with SHA-256 and Ed25519 alone; its README says how',
    )
    .requiredOption('--out <folder>', 'a folder that is empty, or not there yet')
    .option('--from <position>', 'position of the first event', position, 0)
    .option('--to <position>', 'position of the last event (default: the ledger’s last)', position);
  withLedgerOptions(command).action(run);
}

async function run({ out, from, to, ...options }: Options): Promise<void> {
  await readLedger(
    options,
    'interrupted: nothing was exported',
    async ({ places, store, stream, progress, signal }) => {
      const { checkpoints, close } = openCheckpoints(places);
      const began = performance.now();
      try {
        const bar = progress.bar('events', 1);
        const exported = await exportLedger({
          ...{ store, checkpoints, stream, out: resolve(out), from, to, signal },
          onProgress: (done, total) => bar.update(done, total),
        });
        progress.stop();
        const seconds = (performance.now() - began) / 1000;
        print(options.json, { ...exported, seconds }, () => describe(exported, seconds));
      } finally {
        await close();
      }
    },
  );
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
