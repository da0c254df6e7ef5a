import { createHash } from 'node:crypto';
import type { PriorityPopulation } from '@kinledger/programme/definition';
import type pg from 'pg';
import type { Characteristic } from './programme/characteristics.js';
import { priorityPath } from './programme/priority-path.js';
import { createReadModels } from './schema.js';

export { characteristicsOf } from './programme/characteristics.js';
export { priorityPath } from './programme/priority-path.js';

/** A 128-bit id derived from a readable name. */
export const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

export interface SmallPerson {
  readonly name: string;
  readonly role: 'child' | 'adult' | 'practitioner' | 'volunteer';
  readonly family?: string;
  readonly lsoa?: string;
  /** Attributes beside the residence. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface SmallEngagement {
  /** The individual that it belongs to; absent for a set-aside row. */
  readonly person?: string;
  readonly service: string;
  readonly date: string;
  readonly qualifying?: boolean;
  readonly setAside?: 'unlinkable' | 'referred' | 'impersonal';
  readonly retired?: boolean;
  /** The row's own role; by default the person's, or an adult's for a row without a person. */
  readonly role?: SmallPerson['role'] | 'none';
  /** What identifies the row's person; false by default. */
  readonly nhsNumber?: boolean;
  readonly born?: boolean;
  readonly caseNumber?: number;
  /** The case number of a row without an identifier. */
  readonly unidentifiedCase?: number;
}

/** The area of every small programme. */
export const smallArea = [
  { lsoa: 'E01000001', decile: 1, inArea: true, ward: 'North' },
  { lsoa: 'E01000002', decile: 10, inArea: true, ward: 'South' },
  { lsoa: 'E01000003', decile: 4, inArea: false, ward: null },
] as const;

/** A small golden dataset, written by hand, whose figures are easily counted. */
export interface SmallProgramme {
  /** Members of the definition that figures read, beside its name. */
  readonly definition?: Readonly<Record<string, unknown>> & {
    readonly priorityPopulation?: PriorityPopulation;
  };
  readonly characteristics?: readonly Characteristic[];
  /** Pairs of engagements, by their places, of which a person is asked whether they are of one person. */
  readonly referrals?: readonly (readonly [number, number])[];
  /** Rows of people, who may have attended nothing. */
  readonly registrations?: readonly {
    readonly person: string;
    readonly service: string;
    readonly date?: string;
  }[];
  readonly services: readonly {
    readonly id: string;
    readonly strand: string | null;
    readonly people?: boolean;
  }[];
  readonly people: readonly SmallPerson[];
  /** Families of scopes narrower than the programme. */
  readonly scopedFamilies?: readonly {
    readonly scope: string;
    readonly name: string;
    readonly family: string;
  }[];
  readonly carers?: readonly (readonly [child: string, adult: string])[];
  readonly engagements: readonly SmallEngagement[];
  /** Accepted files by service and period; a service has a dataset of people and one of attendance. */
  readonly files?: readonly {
    readonly service: string;
    readonly period: string;
    readonly dataType?: 'user' | 'engagement';
    readonly extractKind?: 'delta' | 'cumulative';
    readonly state?: 'linked' | 'withdrawn';
    /** Rows by outcome, at intake and of linkage. */
    readonly counts?: Readonly<Record<string, number>>;
    readonly outcomes?: Readonly<Record<string, number>>;
  }[];
}

/** Fills a schema of read models with a small programme, as the role that owns the schema. */
export async function writeSmallProgramme(
  client: pg.ClientBase,
  schema: string,
  programme: SmallProgramme,
): Promise<void> {
  await createReadModels(client, schema);
  const at = (table: string) => `${schema}.${table}`;
  const strands = [...new Set(programme.services.flatMap(({ strand }) => strand ?? []))];
  const { definition, characteristics = [] } = programme;
  const { priorityPopulation } = definition ?? {};
  await client.query(
    `INSERT INTO ${at('programme')} (programme, definition, definition_digest, priority_path, defined_at)
     VALUES ('small', $1, '', $2, 0)`,
    [
      { name: 'Small', ...definition },
      priorityPopulation === undefined ? null : priorityPath(priorityPopulation.rule),
    ],
  );
  const datasets = (definition?.['datasets'] ?? []) as readonly { id: string; sensitive?: boolean }[];
  await client.query(`INSERT INTO ${at('sensitive_dataset')} SELECT * FROM unnest($1::text[])`, [
    datasets.filter(({ sensitive }) => sensitive === true).map(({ id }) => id),
  ]);
  await client.query(
    `INSERT INTO ${at('characteristic')} SELECT * FROM json_populate_recordset(NULL::${at('characteristic')}, $1::json)`,
    [JSON.stringify(characteristics.map((one, ordinal) => ({ ...one, ordinal })))],
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
      `INSERT INTO ${at('submission')} (submission_id, intake, provider, dataset, period, sequence, extract_kind, state, supersedes, opened, closed, number, counts, outcomes)
       VALUES ($1, $2::int, 'provider', $3, $4, 1, $5, $6, '{}', $2::int, $2::int, $2::int, $7, $8)`,
      [
        idOf(`file ${index}`),
        index + 1,
        `${file.service}.${file.dataType ?? 'engagement'}`,
        file.period,
        file.extractKind ?? 'delta',
        file.state ?? 'linked',
        file.counts === undefined ? null : JSON.stringify(file.counts),
        file.outcomes === undefined ? null : JSON.stringify(file.outcomes),
      ],
    );
  }
  for (const { lsoa, decile, inArea, ward } of smallArea)
    await client.query(`INSERT INTO ${at('area')} VALUES ($1, $2, $3, $4)`, [lsoa, decile, inArea, ward]);
  const individuals = new Map(programme.people.map(({ name }, index) => [name, index + 1]));
  for (const [index, { name, role, lsoa, attributes }] of programme.people.entries()) {
    await client.query(`INSERT INTO ${at('numbered_individual')} VALUES ($1, $2, $3, $4, '{}', NULL)`, [
      ...[index + 1, idOf(name), role],
      JSON.stringify({ ...attributes, ...(lsoa === undefined ? {} : { lsoa }) }),
    ]);
  }
  const families = [
    ...programme.people.map(({ name, family }) => ({ scope: 'programme', name, family })),
    ...(programme.scopedFamilies ?? []),
  ];
  const numbers = new Map<string, number>();
  for (const { scope, name, family } of families) {
    if (family === undefined) continue;
    const number = numbers.get(`${scope} ${family}`) ?? numbers.size + 1;
    if (!numbers.has(`${scope} ${family}`)) {
      numbers.set(`${scope} ${family}`, number);
      const id = idOf(scope === 'programme' ? family : `${scope} ${family}`);
      await client.query(`INSERT INTO ${at('numbered_family')} VALUES ($1, $2, $3, false)`, [
        number,
        id,
        scope,
      ]);
    }
    await client.query(`INSERT INTO ${at('numbered_member')} VALUES ($1, $2, $3)`, [
      individuals.get(name),
      number,
      scope,
    ]);
  }
  for (const [child, adult] of programme.carers ?? []) {
    await client.query(`INSERT INTO ${at('numbered_relationship')} VALUES ($1, 'carer', $2, $3, 'email')`, [
      idOf(`${child} ${adult}`),
      individuals.get(child),
      individuals.get(adult),
    ]);
  }
  const services = programme.services.map(({ id }) => id);
  for (const [index, service] of services.entries()) {
    await client.query(`INSERT INTO ${at('numbered_dataset')} VALUES ($1, $2), ($3, $4)`, [
      ...[index + 1, `${service}.engagement`],
      ...[services.length + index + 1, `${service}.user`],
    ]);
  }
  const roles = new Map(programme.people.map(({ name, role }) => [name, role]));
  for (const [index, engagement] of programme.engagements.entries()) {
    const state = engagement.retired ? 'retired' : engagement.setAside ? 'set-aside' : 'linked';
    const person = engagement.person === undefined ? undefined : individuals.get(engagement.person);
    await client.query(
      `INSERT INTO ${at('numbered_record')} (number, individual, submission, as_of, case_mark, unidentified_case, record_id, row_key, dataset,
         marks, attributed, role, state, reason, session_kind, attended, qualifying)
       VALUES ($1, $2, 0, $3, $4, $5, $6, $6, $7, $8, false, $9, $10, $11, 'group', true, $12)`,
      [
        index + 1,
        state === 'linked' ? (person ?? null) : null,
        engagement.date,
        engagement.caseNumber ?? null,
        engagement.unidentifiedCase ?? null,
        idOf(`record ${index}`),
        services.indexOf(engagement.service) + 1,
        (engagement.nhsNumber ? 1 : 0) + (engagement.born ? 2 : 0),
        engagement.role ?? roles.get(engagement.person ?? '') ?? 'adult',
        state,
        engagement.setAside ?? null,
        engagement.qualifying ?? true,
      ],
    );
  }
  for (const [index, [one, other]] of (programme.referrals ?? []).entries()) {
    await client.query(
      `INSERT INTO ${at('referral')} VALUES ($1, 'ambiguous', 'kin-1', NULL, NULL, $2, $3, $4, now())`,
      [idOf(`referral ${index}`), idOf(`record ${one}`), [idOf(`record ${other}`)], index],
    );
  }
  for (const [index, { person, service, date }] of (programme.registrations ?? []).entries()) {
    await client.query(
      `INSERT INTO ${at('numbered_record')} (number, individual, submission, as_of, record_id, row_key, dataset, marks,
         attributed, role, state)
       VALUES ($1, $2, 0, $3, $4, $4, $5, 0, true, $6, 'linked')`,
      [
        ...[programme.engagements.length + index + 1, individuals.get(person), date ?? null],
        ...[
          idOf(`registration ${index}`),
          services.length + services.indexOf(service) + 1,
          roles.get(person),
        ],
      ],
    );
  }
  await client.query(`UPDATE ${at('checkpoint')} SET position = 41`);
}
