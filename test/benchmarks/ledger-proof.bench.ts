/**
 * How many records a second of processor time are exported and verified, 500 of them an event: as an export, and with their
 * bodies where they are kept, here in memory. After `npm run build`: npx node test/benchmarks/ledger-proof.bench.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLedger } from '../../apps/cli/dist/ledger/export/export-ledger.js';
import { signedLedger, STREAM } from '../../apps/cli/dist/ledger/testing/signed-ledger.js';
import { verifyExport } from '../../apps/cli/dist/ledger/verify/verify-export.js';
import { verifyLive } from '../../apps/cli/dist/ledger/verify/verify-live.js';

const RECORDS = 100_000;
const PER_EVENT = 500;
const signedAt = Array.from({ length: 20 }, (_, index) => (index + 1) * 10);
const scratch = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
const out = join(scratch, 'export');

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const rate = Math.round(RECORDS / ((user + system) / 1_000_000));
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `${name.padEnd(24)} ${rate.toLocaleString('en-GB').padStart(9)} records/s of processor time   ${memory} MiB`,
  );
}

try {
  const { store, checkpoints } = await signedLedger({ records: RECORDS, perEvent: PER_EVENT, signedAt });
  const ledger = { store, checkpoints, stream: STREAM };
  await measure('export', () => exportLedger({ ...ledger, out, from: 0, to: undefined }));
  await measure('verify the export', () => verifyExport({ folder: out }));
  await measure('verify with bodies', async () => {
    const { bodies, faults } = await verifyLive(ledger);
    if (bodies?.checked !== RECORDS - 1 || faults.count > 0) throw new Error('it is not whole');
  });
} finally {
  rmSync(scratch, { recursive: true });
}
