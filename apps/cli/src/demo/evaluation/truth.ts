import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A row of a synthetic file and its person. */
export interface TrueRecord {
  readonly dataset: string;
  readonly period: string;
  /** Data row of the file, from 1. */
  readonly row: number;
  readonly person: string;
  readonly role: string;
  /** The quarter in which the row makes its person count as reached; empty for any other row. */
  readonly reachedIn: string;
}

/** Rows about a person, from the generator's truth. That file holds only codes and ids, so no field is quoted. */
export async function* trueRecords(folder: string): AsyncGenerator<TrueRecord> {
  for await (const [dataset, period, row, person, role = '', reachedIn = ''] of cellsOf(
    folder,
    'records.csv',
  )) {
    if (dataset !== undefined && period !== undefined && person !== undefined && person !== '') {
      yield { dataset, period, row: Number(row), person, role, reachedIn };
    }
  }
}

/** A person as the generator knows them. */
export interface TruePerson {
  /** The household; undefined for people who work in a service. */
  readonly family: string | undefined;
  /** Tenth of deprivation of the home, 1 the most deprived. */
  readonly decile: number;
  readonly ethnicity: string;
}

/** Every person by id. */
export async function truePeople(folder: string): Promise<ReadonlyMap<string, TruePerson>> {
  const people = new Map<string, TruePerson>();
  for await (const [person, family = '', , decile, ethnicity = ''] of cellsOf(folder, 'people.csv')) {
    if (person !== undefined)
      people.set(person, { family: family || undefined, decile: Number(decile), ethnicity });
  }
  return people;
}

async function* cellsOf(folder: string, file: string): AsyncGenerator<readonly string[]> {
  const lines = createInterface({ input: createReadStream(join(folder, file)), crlfDelay: Infinity });
  let header = true;
  for await (const line of lines) {
    if (!header) yield line.split(',');
    header = false;
  }
}

const counts = z.object({ children: z.number(), adults: z.number(), families: z.number() });
const ofPeriod = z.object({
  programme: counts,
  strands: z.record(z.string(), counts),
  services: z.record(z.string(), counts),
});
const reach = z.object({ periods: z.record(z.string(), ofPeriod), lifetime: ofPeriod });

export type TrueCounts = z.infer<typeof counts>;
export type TrueReach = z.infer<typeof ofPeriod>;

const allReach = (folder: string) =>
  reach.parse(JSON.parse(readFileSync(join(folder, 'reach.json'), 'utf8')));

/** The last quarter of which the truth knows the reach. */
export const latestQuarter = (folder: string): string =>
  Object.keys(allReach(folder).periods).sort().at(-1) ?? 'lifetime';

/** The true reach of a quarter or the lifetime. */
export function trueReach(folder: string, period: string): TrueReach {
  const all = allReach(folder);
  const found = period === 'lifetime' ? all.lifetime : all.periods[period];
  if (found === undefined) throw new Error(`the truth knows no reach of ${period}`);
  return found;
}
