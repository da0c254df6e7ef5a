/**
 * How long `kinledger link` takes for two files of invented households, with the minimum dataset and whole names: seconds of the
 * whole command, of processor time, and peak memory. Build first; Linux only.
 *
 *   npx node test/benchmarks/link-speed.bench.ts                   100,000 records
 *   npx node test/benchmarks/link-speed.bench.ts 300000 1000000    other numbers, one after the other
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeHouseholds } from './linkage/households.ts';
import { usageOf } from './process-usage.ts';

const command = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const sizes = process.argv.slice(2).map(Number);
const SEED = 7;
const EVERY_MS = 50;
const schema = {
  ...{ id: 'id', role: 'role' },
  columns: {
    ...{ given_name: 'given-name', surname: 'surname', birth_date: 'birth-date', gender: 'gender' },
    ...{ postcode: 'postcode', email: 'email', mobile: 'mobile', nhs_number: 'nhs-number' },
  },
};

async function measure(records: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-link-speed-'));
  try {
    const written = writeHouseholds(folder, { records, seed: SEED });
    const [left, right, out, pairs, schemaFile] = [
      ...['left.csv', 'right.csv', 'links.csv', 'pairs.csv', 'schema.json'].map((name) => join(folder, name)),
    ] as [string, string, string, string, string]; // as many as are named
    writeFileSync(schemaFile, JSON.stringify(schema));
    const files = ['--left', left, '--right', right, '--schema', schemaFile, '--out', out, '--pairs', pairs];
    const began = performance.now();
    const linking = spawn(process.execPath, [command, 'link', ...files, '--json'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const used = { cpu: 0, peakMiB: 0 };
    const timer = setInterval(() => {
      // A process that has just ended has no memory any more.
      const { cpu = 0, peakMiB = 0 } = usageOf(linking.pid ?? 0) ?? {};
      used.cpu = Math.max(used.cpu, cpu);
      used.peakMiB = Math.max(used.peakMiB, peakMiB);
    }, EVERY_MS);
    const [code] = (await once(linking, 'exit')) as [number | null];
    const seconds = (performance.now() - began) / 1_000;
    clearInterval(timer);
    if (code !== 0) throw new Error(`kinledger link ended with ${code}`);
    console.log(
      `${written} records: ${seconds.toFixed(1)} s, ${Math.round(written / seconds)} records a second, ` +
        `${used.cpu.toFixed(1)} s of processor time, ${used.peakMiB.toFixed(0)} MiB at most`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const records of sizes.length === 0 ? [100_000] : sizes) await measure(records);
