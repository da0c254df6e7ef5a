/**
 * How long `kinledger link` takes for two files of invented households, with the minimum dataset and whole names: seconds of the
 * whole command, of processor time, peak memory, pairs compared, and quality over all pairs of records. Build first; Linux only.
 *
 *   npx node test/benchmarks/link-speed.bench.ts                   100,000 records
 *   npx node test/benchmarks/link-speed.bench.ts 300000 1000000    other numbers, one after the other
 *   npx node test/benchmarks/link-speed.bench.ts 300000 --threads 1
 *
 * Quality of six million records takes `--max-old-space-size=8192` before the name of this file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writeHouseholds } from './linkage/households.ts';
import { f1Of, precisionOf, qualityOfLinks, qualityOfPairs, recallOf } from './linkage/quality.ts';
import { usageOf } from './process-usage.ts';

const command = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const { positionals, values } = parseArgs({
  ...{ allowPositionals: true, options: { threads: { type: 'string' } } },
} as const);
const sizes = positionals.map(Number);
const threads = values.threads === undefined ? [] : ['--threads', values.threads];
const summary = z.object({ compared: z.number() });
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
    const linking = spawn(process.execPath, [command, 'link', ...files, ...threads, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed = text(linking.stdout);
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
    const { compared } = summary.parse(JSON.parse(await printed));
    console.log(
      `${written} records: ${seconds.toFixed(1)} s, ${Math.round(written / seconds)} records a second, ` +
        `${used.cpu.toFixed(1)} s of processor time, ${used.peakMiB.toFixed(0)} MiB at most, ${compared} pairs compared`,
    );
    console.log(qualityOf(folder, out, pairs));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compares what was linked with the truth. */
function qualityOf(folder: string, links: string, pairs: string): string {
  // Ids are numbered through both files.
  const numberOf = (id: string) => Number(id.slice(1));
  const people: number[] = [];
  for (const line of readFileSync(join(folder, 'truth.csv'), 'latin1').trimEnd().split('\n').slice(1)) {
    const [id = '', person] = line.split(',');
    people[numberOf(id)] = Number(person);
  }
  const personOf = (_: string, id: string) => String(people[numberOf(id)]);
  const all = qualityOfLinks(links, personOf, 'all');
  const across = qualityOfLinks(links, personOf, 'across');
  const certain = qualityOfPairs(
    pairs,
    across.right + across.missed,
    (a, b) => people[numberOf(a)] === people[numberOf(b)],
    (rule) => rule === 'auto-link',
  );
  const four = (share: number) => share.toFixed(4);
  return (
    `  ${all.right}/${all.wrong}/${all.missed} right/wrong/missed, precision ${four(precisionOf(all))}, recall ${four(recallOf(all))}, ` +
    `F1 ${four(f1Of(all))}; without a person ${certain.right}/${certain.wrong}, precision ${precisionOf(certain).toFixed(5)}`
  );
}

for (const records of sizes.length === 0 ? [100_000] : sizes) await measure(records);
