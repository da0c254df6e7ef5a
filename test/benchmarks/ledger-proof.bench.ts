/**
 * How many records a second of processor time are exported and verified, 500 of them an event: as an export, and with their
 * bodies where they are kept, here in memory. Then what the proof of one record takes: its event alone is exported and
 * verified. After `npm run build`: npx node test/benchmarks/ledger-proof.bench.ts [records …]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLedger } from '../../apps/cli/dist/ledger/export/export-ledger.js';
import { placeOf, signedLedger, STREAM } from '../../apps/cli/dist/ledger/testing/signed-ledger.js';
import { verifyExport } from '../../apps/cli/dist/ledger/verify/verify-export.js';
import { verifyLive } from '../../apps/cli/dist/ledger/verify/verify-live.js';

const sizes = process.argv.slice(2).map(Number);
const RECORDS = sizes.length > 0 ? sizes : [100_000];
const PER_EVENT = 500;
const CHECKPOINTS = 20;
/** Records of different events, which are proven one after the other. */
const PROVEN = 20;

/** Milliseconds of processor time. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measure(name: string, records: number, work: () => Promise<unknown>): Promise<void> {
  const rate = Math.round((records / (await cost(work))) * 1000);
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `${name.padEnd(24)} ${rate.toLocaleString('en-GB').padStart(9)} records/s of processor time   ${memory} MiB`,
  );
}

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

for (const records of RECORDS) {
  const scratch = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
  const events = Math.ceil(records / PER_EVENT);
  const signedAt = Array.from({ length: CHECKPOINTS }, (_, index) =>
    Math.floor(((index + 1) * events) / CHECKPOINTS),
  );
  try {
    const { store, checkpoints } = await signedLedger({ records, perEvent: PER_EVENT, signedAt });
    const ledger = { store, checkpoints, stream: STREAM };
    console.log(`${records.toLocaleString('en-GB')} records in ${events.toLocaleString('en-GB')} events`);
    const whole = join(scratch, 'whole');
    await measure('export', records, () => exportLedger({ ...ledger, out: whole, from: 0, to: undefined }));
    await measure('verify the export', records, () => verifyExport({ folder: whole }));
    await measure('verify with bodies', records, async () => {
      const { bodies, faults } = await verifyLive(ledger);
      if (bodies?.checked !== records - 1 || faults.count > 0) throw new Error('it is not whole');
    });
    let [exporting, verifying, bytes] = [0, 0, 0];
    for (let proof = 0; proof < PROVEN; proof += 1) {
      const { revision } = placeOf(Math.floor((proof * records) / PROVEN), PER_EVENT);
      const out = join(scratch, `event-${proof}`);
      exporting += await cost(() => exportLedger({ ...ledger, out, from: revision, to: revision }));
      verifying += await cost(() => verifyExport({ folder: out }));
      bytes += bytesIn(out);
    }
    console.log(
      `one record, its event   ${(exporting / PROVEN).toFixed(1)} ms to export, ${(verifying / PROVEN).toFixed(1)} ms to verify, ` +
        `${Math.round(bytes / PROVEN / 1024)} KiB`,
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
