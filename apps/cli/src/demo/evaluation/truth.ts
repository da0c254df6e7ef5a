import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A row of a synthetic file, and whom it is about. */
export interface TrueRecord {
  readonly dataset: string;
  readonly period: string;
  /** Data row of the file, from 1. */
  readonly row: number;
  readonly person: string;
}

/** Rows that are about somebody, as the generator knows. Its files hold codes and ids alone: no field is quoted. */
export async function* trueRecords(folder: string): AsyncGenerator<TrueRecord> {
  const lines = createInterface({
    input: createReadStream(join(folder, 'records.csv')),
    crlfDelay: Infinity,
  });
  let header = true;
  for await (const line of lines) {
    if (header) {
      header = false;
      continue;
    }
    const [dataset, period, row, person] = line.split(',');
    if (dataset !== undefined && period !== undefined && person !== undefined && person !== '') {
      yield { dataset, period, row: Number(row), person };
    }
  }
}

const counts = z.object({ children: z.number(), adults: z.number(), families: z.number() });
const scope = counts.extend({ byDecile: z.record(z.string(), counts) });
const ofPeriod = z.object({
  programme: scope,
  strands: z.record(z.string(), scope),
  services: z.record(z.string(), scope),
});
const reach = z.object({ periods: z.record(z.string(), ofPeriod), lifetime: ofPeriod });

export type TrueCounts = z.infer<typeof counts>;
export type TrueReach = z.infer<typeof ofPeriod>;

/** Reach of a quarter, or over the lifetime, as it truly was. */
export function trueReach(folder: string, period: string): TrueReach {
  const all = reach.parse(JSON.parse(readFileSync(join(folder, 'reach.json'), 'utf8')));
  const found = period === 'lifetime' ? all.lifetime : all.periods[period];
  if (found === undefined) throw new Error(`the truth knows no reach of ${period}`);
  return found;
}
