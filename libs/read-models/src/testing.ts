import { createHash } from 'node:crypto';
import type pg from 'pg';
import { createReadModels } from './schema.js';

/** A 128-bit id from a readable name. */
export const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

export interface SmallPerson {
  readonly name: string;
  readonly role: 'child' | 'adult' | 'practitioner' | 'volunteer';
  readonly family?: string;
  readonly lsoa?: string;
}

export interface SmallEngagement {
  /** The individual that it belongs to; absent for a row that is set aside. */
  readonly person?: string;
  readonly service: string;
  readonly date: string;
  readonly qualifying?: boolean;
  readonly setAside?: 'unlinkable' | 'referred' | 'impersonal';
  readonly retired?: boolean;
  /** The row's own role; the person's where it is left out, and an adult's for a row of nobody. */
  readonly role?: SmallPerson['role'] | 'none';
  /** What the row tells its person by; a row tells nothing of the kind where they are left out. */
  readonly nhsNumber?: boolean;
  readonly born?: boolean;
  readonly caseNumber?: number;
}

/** A small golden dataset written by hand, whose figures can be counted on one's fingers. */
export interface SmallProgramme {
  readonly services: readonly {
    readonly id: string;
    readonly strand: string | null;
    readonly people?: boolean;
  }[];
  readonly people: readonly SmallPerson[];
  readonly carers?: readonly (readonly [child: string, adult: string])[];
  readonly engagements: readonly SmallEngagement[];
  /** Files that stand, by service and period; a service has a dataset of people and one of attendance. */
  readonly files?: readonly {
    readonly service: string;
    readonly period: string;
    readonly dataType?: 'user' | 'engagement';
    readonly extractKind?: 'delta' | 'cumulative';
    readonly state?: 'linked' | 'withdrawn';
  }[];
}

/** Fills a schema of read models with a small programme, as the role that owns them. */
export async function writeSmallProgramme(
  client: pg.ClientBase,
  schema: string,
  programme: SmallProgramme,
): Promise<void> {
  await createReadModels(client, schema);
  const at = (table: string) => `${schema}.${table}`;
  const strands = [...new Set(programme.services.flatMap(({ strand }) => strand ?? []))];
  await client.query(
    `INSERT INTO ${at('programme')} (programme, definition, definition_digest, defined_at) VALUES ('small', '{"name":"Small"}', '', 0)`,
  );
  for (const [ordinal, strand] of strands.entries()) {
    await client.query(`INSERT INTO ${at('strand')} VALUES ($1, $2, $3)`, [
      strand,
      strand.toUpperCase(),
      ordinal,
    ]);
  }
  for (const [ordinal, { id, strand, people }] of programme.services.entries()) {
    await client.query(`INSERT INTO ${at('service')} VALUES ($1, $2, $3, 'provider', $4, $5, $6)`, [
      id,
      strand,
      id.toUpperCase(),
      strand === null,
      people ?? true,
      ordinal,
    ]);
    await client.query(`INSERT INTO ${at('dataset')} VALUES ($1, $2, 'engagement', 'delta', $3, '{group}')`, [
      `${id}.engagement`,
      id,
      ordinal,
    ]);
    await client.query(`INSERT INTO ${at('dataset')} VALUES ($1, $2, 'user', 'delta', $3, '{}')`, [
      `${id}.user`,
      id,
      ordinal,
    ]);
  }
  for (const [index, file] of (programme.files ?? []).entries()) {
    await client.query(
      `INSERT INTO ${at('submission')} (submission_id, intake, provider, dataset, period, sequence, extract_kind, state, supersedes, opened, closed)
       VALUES ($1, $2::int, 'provider', $3, $4, 1, $5, $6, '{}', $2::int, $2::int)`,
      [
        idOf(`file ${index}`),
        index + 1,
        `${file.service}.${file.dataType ?? 'engagement'}`,
        file.period,
        file.extractKind ?? 'delta',
        file.state ?? 'linked',
      ],
    );
  }
  await client.query(`INSERT INTO ${at('area')} VALUES ('E01000001', 1, true), ('E01000002', 10, true)`);
  for (const { name, role, family, lsoa } of programme.people) {
    await client.query(`INSERT INTO ${at('individual')} VALUES ($1, $2, $3, '{}', 0, NULL)`, [
      idOf(name),
      role,
      lsoa === undefined ? {} : { lsoa },
    ]);
    if (family === undefined) continue;
    await client.query(`INSERT INTO ${at('family_member')} VALUES ('programme', $1, $2)`, [
      idOf(name),
      idOf(family),
    ]);
  }
  for (const [child, adult] of programme.carers ?? []) {
    await client.query(`INSERT INTO ${at('relationship')} VALUES ($1, 'carer', $2, $3, 'email')`, [
      idOf(`${child} ${adult}`),
      idOf(child),
      idOf(adult),
    ]);
  }
  const roles = new Map(programme.people.map(({ name, role }) => [name, role]));
  for (const [index, engagement] of programme.engagements.entries()) {
    const record = idOf(`record ${index}`);
    const state = engagement.retired ? 'retired' : engagement.setAside ? 'set-aside' : 'linked';
    const person = engagement.person === undefined ? null : idOf(engagement.person);
    await client.query(
      `INSERT INTO ${at('record')} VALUES ($1, $1, $2, $3, $8, $4, $5, $6, $7, 0, false, $9, $10, $11)`,
      [
        record,
        `${engagement.service}.engagement`,
        idOf('submission'),
        state,
        engagement.setAside ?? null,
        state === 'linked' ? person : null,
        index,
        engagement.role ?? roles.get(engagement.person ?? '') ?? 'adult',
        engagement.date,
        (engagement.nhsNumber ? 1 : 0) + (engagement.born ? 2 : 0),
        engagement.caseNumber ?? null,
      ],
    );
    await client.query(`INSERT INTO ${at('engagement')} VALUES ($1, $2, 'group', true, NULL, $3)`, [
      record,
      engagement.date,
      engagement.qualifying ?? true,
    ]);
  }
  await client.query(`UPDATE ${at('checkpoint')} SET position = 41`);
}
