/**
 * Where the time of linking two files of invented households goes: by step, seconds of wall clock, of processor time of all threads,
 * and of the thread that leads. It links as `kinledger link` does, and writes nothing. Build first.
 *
 *   npx node test/benchmarks/link-stages.bench.ts 1000000 [THREADS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkFiles } from '@kinledger/file-linkage';
import { writeHouseholds } from './linkage/households.ts';

const [records = '100000', threads] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'kinledger-link-stages-'));
const MICROS = 1_000_000;

interface Moment {
  readonly step: string;
  readonly wall: number;
  readonly cpu: number;
  readonly leader: number;
}

function momentOf(step: string): Moment {
  const [all, own] = [process.cpuUsage(), process.threadCpuUsage()];
  return {
    ...{ step, wall: performance.now() / 1_000 },
    ...{ cpu: (all.user + all.system) / MICROS, leader: (own.user + own.system) / MICROS },
  };
}

try {
  writeHouseholds(folder, { records: Number(records), seed: 7 });
  const moments: Moment[] = [];
  await linkFiles([join(folder, 'left.csv'), join(folder, 'right.csv')], {
    schema: {
      ...{ id: 'id', role: 'role' },
      columns: {
        ...{ given_name: 'given-name', surname: 'surname', birth_date: 'birth-date', gender: 'gender' },
        ...{ postcode: 'postcode', email: 'email', mobile: 'mobile', nhs_number: 'nhs-number' },
      },
    },
    ...{ leftUnique: false, rightUnique: false },
    threads: threads === undefined ? undefined : Number(threads),
    progress: (step) => moments.push(momentOf(step)),
  });
  moments.push(momentOf('end'));
  moments.slice(1).forEach((moment, index) => {
    const { step, wall, cpu, leader } = moments[index] as Moment; // one before each
    const seconds = [moment.wall - wall, moment.cpu - cpu, moment.leader - leader];
    console.log(step.padEnd(12), ...seconds.map((each) => each.toFixed(2).padStart(8)));
  });
} finally {
  rmSync(folder, { recursive: true });
}
