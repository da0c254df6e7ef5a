/**
 * How many events a second of processor time are exported and verified: as an export, and with their bodies where they are kept, here in
 * memory. After `npm run build`: npx node test/benchmarks/ledger-proof.bench.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMethods } from '@kinledger/test-doubles';
import { exportLedger } from '../../apps/cli/dist/ledger/export/export-ledger.js';
import { signedLedger, STREAM } from '../../apps/cli/dist/ledger/testing/signed-ledger.js';
import { verifyExport } from '../../apps/cli/dist/ledger/verify/verify-export.js';
import { verifyLive } from '../../apps/cli/dist/ledger/verify/verify-live.js';

const RECORDS = 100_000;
const signedAt = Array.from({ length: 20 }, (_, index) => (index + 1) * 5_000);
const scratch = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
const out = join(scratch, 'export');

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const rate = Math.round(RECORDS / ((user + system) / 1_000_000));
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `${name.padEnd(24)} ${rate.toLocaleString('en-GB').padStart(9)} events/s of processor time   ${memory} MiB`,
  );
}

try {
  const { store, checkpoints } = await signedLedger({ records: RECORDS, signedAt });
  const ledger = { store, checkpoints, stream: STREAM };
  await measure('export', () => exportLedger({ ...ledger, out, from: 0, to: undefined }));
  await measure('verify the export', () => verifyExport({ folder: out }));
  // The store in memory looks through all bodies for each page; a database has an index.
  const all = await store.readBodies(STREAM, 0, RECORDS + 10);
  const indexed = withMethods(store, {
    readBodies: async (_, first, last) =>
      all
        .slice(Math.max(0, first - 4), last + 1)
        .filter(({ revision }) => revision >= first && revision <= last),
  });
  await measure('verify with bodies', () => verifyLive({ ...ledger, store: indexed }));
} finally {
  rmSync(scratch, { recursive: true });
}
