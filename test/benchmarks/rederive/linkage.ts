import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import type pg from 'pg';
import type { FileRow } from './file-rows.ts';

/** A row with whom it belongs to. */
export interface LinkedRow extends FileRow {
  /** Undefined of a row that belongs to nobody, for the reason beside it. */
  readonly person: string | undefined;
  readonly reason: string | undefined;
  /** What the linker knows of whether two rows of one person could be of two; see ADR 0014. */
  readonly marks: number;
  readonly case: string | null;
  /** Decides between records of one rank. */
  readonly rowKey: string;
}

/** Who is of which family, and who cares for which child. */
export interface Kin {
  readonly familyOf: (person: string) => string;
  readonly carers: readonly (readonly [child: string, carer: string])[];
}

/** What the platform says of a record: whose it is, and no value of its row. */
export interface PlacedRecord {
  readonly individual: string | undefined;
  readonly reason: string | undefined;
  readonly marks: number;
  readonly case: string | null;
  readonly rowKey: string;
  /** The period of the latest file that holds the row: a cumulative file carries rows of earlier ones on. */
  readonly period: string;
}

/** The live records of the read models by their id. */
export async function placedRecords(client: pg.ClientBase): Promise<ReadonlyMap<string, PlacedRecord>> {
  const { rows } = await client.query<
    [string, number | null, string, string | null, number, string | null, string, string]
  >({
    text: `SELECT replace(r.record_id::text, '-', ''), r.individual, r.state, r.reason, r.marks, r.case_mark::text, r.row_key::text,
             s.period
           FROM golden.numbered_record r JOIN golden.submission s ON s.number = r.submission WHERE r.state <> 'retired'`,
    rowMode: 'array',
  });
  return new Map(
    rows.map(([id, individual, state, reason, marks, caseMark, rowKey, period]) => [
      id,
      {
        individual: individual === null ? undefined : String(individual),
        reason: state === 'linked' ? undefined : (reason ?? 'unlinkable'),
        ...{ marks, case: caseMark, rowKey, period },
      },
    ]),
  );
}

/** Families and carers as the platform links them. */
export async function platformKin(client: pg.ClientBase): Promise<Kin> {
  const members = await client.query<[number, number]>({
    text: `SELECT individual, family FROM golden.numbered_member WHERE scope = 'programme'`,
    rowMode: 'array',
  });
  const carers = await client.query<[number, number]>({
    text: `SELECT DISTINCT child, other FROM golden.numbered_relationship WHERE kind = 'carer'`,
    rowMode: 'array',
  });
  const families = new Map(members.rows.map(([individual, family]) => [String(individual), `f${family}`]));
  return {
    familyOf: (person) => families.get(person) ?? `alone ${person}`,
    carers: carers.rows.map(([child, carer]) => [String(child), String(carer)]),
  };
}

/** Households of the truth: every adult of a child’s household is its carer. */
export async function trueKin(truth: string): Promise<Kin> {
  const families = new Map<string, string>();
  const households = new Map<string, { children: string[]; adults: string[] }>();
  for await (const [person = '', family = '', role] of cellsOf(join(truth, 'people.csv'))) {
    if (family === '') continue;
    families.set(person, family);
    const household = households.get(family) ?? { children: [], adults: [] };
    households.set(family, household);
    if (role === 'child') household.children.push(person);
    if (role === 'adult') household.adults.push(person);
  }
  return {
    familyOf: (person) => families.get(person) ?? `alone ${person}`,
    carers: [...households.values()].flatMap(({ children, adults }) =>
      children.flatMap((child) => adults.map((adult) => [child, adult] as const)),
    ),
  };
}

/** The person of each data row of each file, counted from 1; empty of a row about nobody. */
export async function truePersons(truth: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for await (const [dataset = '', period = '', row = '', person = ''] of cellsOf(
    join(truth, 'records.csv'),
  )) {
    const key = `${dataset} ${period}`;
    const rows = found.get(key) ?? [];
    found.set(key, rows);
    rows[Number(row)] = person;
  }
  return found;
}

async function* cellsOf(file: string): AsyncGenerator<readonly string[]> {
  const lines = createReadStream(file).pipe(parse({ fromLine: 2 })) as AsyncIterable<readonly string[]>;
  for await (const cells of lines) yield cells;
}
