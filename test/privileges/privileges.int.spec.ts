import {
  clientRoleNames,
  mayConnect,
  postgresRole,
  roleNames,
  type ClientRoleName,
  type DatabaseName,
  type RoleName,
} from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { functionOf, publications, publish } from '@kinledger/figures';
import { dateRoles, GOLDEN_SCHEMA, goldenTables, publishGolden } from '@kinledger/golden';
import { createReadModels, LIVE_SCHEMA, tableNames, viewNames } from '@kinledger/read-models';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

/** The rights of a role, by table or by table and columns. */
type Rights = Readonly<Record<string, string>>;

const readOnly = (tables: readonly string[]): Rights =>
  Object.fromEntries(tables.map((table) => [table, 'select']));

/** What the views of the golden dataset show, and what counts their rows. */
const goldenFunctions = goldenTables.flatMap(({ name }) =>
  [name, `${name}_count`].map((each) => `${GOLDEN_SCHEMA}_rows.${each}`),
);

/** Views of the golden dataset, with the roles of dates that their tables name. */
function goldenViews(names: readonly string[]): Rights {
  const roles = dateRoles.filter(({ name: role }) =>
    goldenTables.some(
      ({ name, columns }) =>
        names.includes(name) && Object.values(columns).some(({ refersTo }) => refersTo?.role === role),
    ),
  );
  return readOnly([...names, ...roles.map(({ name }) => name)].map((name) => `${GOLDEN_SCHEMA}.${name}`));
}

const bus = [
  ...['bus.apply_retention', 'bus.attend', 'bus.claim', 'bus.commit_offset', 'bus.ends', 'bus.ensure_topic'],
  ...[
    'bus.fetch',
    'bus.lag',
    'bus.leave',
    'bus.partitions',
    'bus.publish',
    'bus.release',
    'bus.topic_identity',
  ],
];

/**
 * All rights of each service's role, in each database that it may connect to, after migration and with read models. The
 * list is complete and literal: add each new grant here, and give the reason in its migration.
 */
const expected: Readonly<
  Partial<
    Record<
      `${DatabaseName} ${RoleName | ClientRoleName}`,
      { readonly tables: Rights; readonly functions: readonly string[] }
    >
  >
> = {
  'restricted ingest': {
    tables: {
      'ingest.command': 'insert select update(outcome position refusal detail answered_at)',
      'ingest.decision': 'insert select update',
      'ingest.dataset_schema': 'insert select',
      'ingest.intake': 'insert select update',
      'ingest.mail': 'insert select update(next_at attempts ended_at outcome)',
      'ingest.mapping': 'delete insert select',
      'ingest.mapping_version': 'delete insert select',
      'ingest.nil_return': 'insert select update(undone_at undone_by undone_with)',
      'ingest.outbox': 'delete insert select',
      'ingest.person_request': 'insert select update(outcome refusal marks answered_at)',
      'ingest.row_register': 'delete insert select update',
      'ingest.submission': 'insert select update',
      'ingest.topics_in_use': 'insert select update',
      'ingest.unparking': 'insert select',
      'ingest.upload': 'delete insert select update',
      'landing.chunk': 'delete insert select',
      'landing.deletion': 'insert select',
      'landing.file': 'delete insert select',
      'landing.person_request': 'insert',
      'pseudonymiser.finished_file': 'select(submission upload outcome reason finished_at intake suppressed)',
      'pseudonymiser.person_answer': 'select update(tokens row_keys)',
      'pseudonymiser.salt_marks': 'select',
    },
    functions: [],
  },
  'restricted pseudonymiser': {
    tables: {
      'landing.chunk': 'delete select',
      'landing.deletion': 'insert select',
      'landing.file': 'delete select',
      'landing.person_request': 'delete select',
      'pseudonymiser.begun_file': 'delete insert select',
      'pseudonymiser.finished_file': 'insert select',
      'pseudonymiser.key_fingerprint': 'insert select',
      'pseudonymiser.outbox': 'delete insert select',
      'pseudonymiser.person_answer': 'insert select',
      'pseudonymiser.salt_marks': 'insert select update',
      'pseudonymiser.suppression': 'insert select',
      'pseudonymiser.token_key': 'insert select',
    },
    functions: [],
  },
  'platform linker': {
    tables: {
      'audit.look': 'insert',
      'audit.look_outcome': 'insert',
      'ledger.segments_ahead': 'insert select update',
      'ledger.checkpoint': 'insert select',
      'ledger.event': 'insert select',
      'ledger.name_frequencies': 'delete insert select update',
      'ledger.payload': 'insert select',
      'ledger.segment': 'insert select',
      'ledger.stream': 'select',
      'linker.chunk': 'delete insert select update(body key_version)',
      'linker.command': 'insert select update(version body state position reason answered forgotten count)',
      'linker.intake': 'insert select update(state reason answered)',
      'linker.lease': 'insert select update(owner epoch expires_at session session_since)',
      'linker.publication': 'insert select update(position)',
      'linker.snapshot': 'delete insert select update(pieces digest)',
      'linker.snapshot_piece': 'delete insert select',
      'linker.topics_in_use': 'insert select update',
      'linker.unprocessable': 'insert select',
      'linker.wrapped_tokens': 'delete insert select',
    },
    functions: ['ledger.take_stream'],
  },
  'platform projector': {
    tables: {
      ...readOnly([
        'ledger.event',
        'ledger.name_frequencies',
        'ledger.payload',
        'ledger.segment',
        'ledger.stream',
      ]),
      'audit.look': 'insert select',
      'audit.look_outcome': 'insert select',
      'ledger.closed_figures': 'insert select',
      'operations.explanation': 'delete insert select update',
      'operations.projection': 'select update(current_at)',
      'operations.rebuild': 'delete insert select update',
      'operations.recount': 'delete insert select update',
      'operations.review_command': 'delete insert select update',
      'operations.review_examination': 'delete insert select update',
      'operations.study': 'insert select update(key destroyed_at destroyed_by)',
      'operations.study_extract': 'insert select update(completed_at people manifest)',
      'operations.upload': 'insert select update',
      'projector.decision_trace': 'delete insert select',
      'projector.outbox': 'delete insert select',
      // The projector creates and drops the read models.
      ...Object.fromEntries(
        tableNames.map((table) => [`${LIVE_SCHEMA}.${table}`, 'delete insert select truncate update']),
      ),
      ...readOnly(viewNames.map((view) => `${LIVE_SCHEMA}.${view}`)),
      ...goldenViews(goldenTables.map(({ name }) => name)),
      // Views of one table, through which PostgreSQL lets its owner write.
      [`${LIVE_SCHEMA}.engagement`]: 'delete insert select update',
      [`${LIVE_SCHEMA}.family`]: 'delete insert select update',
      [`${LIVE_SCHEMA}.record_attribute`]: 'delete insert select update(record_id)',
    },
    // The projector publishes figures and the golden dataset.
    functions: [
      ...publications.map((publication) => functionOf(publication)),
      'published.schema_at',
      ...goldenFunctions,
      `${GOLDEN_SCHEMA}_rows.query_of`,
    ].sort(),
  },
  // People with a program of their own read views. A view calls its function with the rights of its reader, who cannot name it.
  'platform analyst': { tables: goldenViews(goldenTables.map(({ name }) => name)), functions: [] },
  'platform public': {
    tables: goldenViews([
      ...[
        'standing',
        'published_count',
        'published_quarter',
        'definition',
        'date',
        'period',
        'service',
        'ethnicity',
      ],
    ]),
    functions: [],
  },
  // The reporting service calls published functions, and serves the golden dataset by OData. Of tables it has
  // the actions of data meetings alone, which it adds to.
  'platform reporting': {
    tables: { 'meetings.action': 'insert select' },
    functions: [...publications.map((publication) => functionOf(publication)), ...goldenFunctions].sort(),
  },
  'platform inspector': {
    tables: {
      ...readOnly([...tableNames, ...viewNames].map((table) => `${LIVE_SCHEMA}.${table}`)),
      ...goldenViews(goldenTables.map(({ name }) => name)),
    },
    functions: [],
  },
  'platform eraser': {
    tables: {
      'ledger.segments_ahead': 'select',
      'ledger.segment': 'delete select update(bodies bytes)',
      'ledger.stream': 'select',
    },
    functions: [],
  },
  'bus ingest': { tables: {}, functions: bus },
  'bus pseudonymiser': { tables: {}, functions: bus },
  // It trims topics after an erasure.
  'bus linker': { tables: {}, functions: [...bus, 'bus.trim'].sort() },
  'bus projector': { tables: {}, functions: bus },
};

/** The journals of migrations, functions and releases, which every service reads before it starts. */
const forAll: Rights = {
  'migrations.applied': 'select',
  'migrations.function': 'select',
  'migrations.release': 'select',
};

const services = roleNames.filter((role) => role !== 'migrator');

let databases: TestDatabases;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  await as('platform', 'projector', async (client) => {
    await createReadModels(client, LIVE_SCHEMA);
    await publish(client);
    await publishGolden(client);
  });
});
afterAll(() => databases.drop());

const isClient = (role: string): role is ClientRoleName => clientRoleNames.some((client) => client === role);

async function as<T>(
  database: DatabaseName,
  role: RoleName | ClientRoleName | 'superuser',
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const url =
    role === 'superuser' || isClient(role) ? databases.superuserUrl(database) : databases.url(database, role);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Nobody logs in as a role of clients before an operator allows it.
    if (isClient(role)) await client.query(`SET ROLE ${postgresRole(role)}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

const tablesOf = (database: DatabaseName) =>
  as(database, 'superuser', async (client) => {
    const { rows } = await client.query<{ table: string; columns: string[] }>(
      `SELECT n.nspname || '.' || c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         AND n.nspname !~ '^pg_toast'
       GROUP BY 1 ORDER BY 1`,
    );
    return rows;
  });

/**
 * What PostgreSQL says of a statement that nobody can run on a view (object not in prerequisite state, wrong object type, feature not supported),
 * before it looks at rights.
 */
const IMPOSSIBLE_ON_A_VIEW = ['55000', '42809', '0A000'];

/** Whether the role may run a statement. PostgreSQL checks the right before it reports any other error. */
const may = (client: pg.Client, statement: string): Promise<boolean> =>
  client.query(statement).then(
    () => true,
    (error: unknown) =>
      !(
        error instanceof Error &&
        'code' in error &&
        ['42501', ...IMPOSSIBLE_ON_A_VIEW].includes(String(error.code))
      ),
  );

async function rightsOn(client: pg.Client, table: string, columns: readonly string[]): Promise<string> {
  const rights: string[] = [];
  if (await may(client, `DELETE FROM ${table} WHERE false`)) rights.push('delete');
  if (await may(client, `INSERT INTO ${table} DEFAULT VALUES`)) rights.push('insert');
  const onColumns = async (verb: string, statement: (column: string) => string) => {
    const allowed: string[] = [];
    for (const column of columns) if (await may(client, statement(`"${column}"`))) allowed.push(column);
    if (allowed.length === columns.length) rights.push(verb);
    else if (allowed.length > 0) rights.push(`${verb}(${allowed.join(' ')})`);
  };
  await onColumns('select', (column) => `SELECT ${column} FROM ${table} WHERE false`);
  if (await may(client, `TRUNCATE ${table}`)) rights.push('truncate');
  await onColumns('update', (column) => `UPDATE ${table} SET ${column} = DEFAULT WHERE false`);
  return rights.join(' ');
}

describe.each([
  ...services.flatMap((role) => mayConnect[role].map((database) => ({ role, database }))),
  ...clientRoleNames.map((role) => ({ role, database: 'platform' as const })),
])('$role in the $database database', ({ role, database }) => {
  const stated = expected[`${database} ${role}`];

  it('has the stated rights on each table, and no other', async () => {
    const tables = await tablesOf(database);
    expect(tables.length).toBeGreaterThan(5);
    const found = await as(database, role, async (client) => {
      const rights: Record<string, string> = {};
      for (const { table, columns } of tables) {
        const allowed = await rightsOn(client, table, columns);
        if (allowed !== '') rights[table] = allowed;
      }
      return rights;
    });
    expect(found).toEqual({ ...forAll, ...stated?.tables });
  });

  it('may call the stated functions, and no other of Kinledger’s', async () => {
    const { rows } = await as(database, role, (client) =>
      client.query<{ name: string }>(
        `SELECT DISTINCT n.nspname || '.' || p.proname AS name
           FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
             AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
           ORDER BY 1`,
      ),
    );
    expect(rows.map(({ name }) => name)).toEqual(stated?.functions);
  });

  it('may create nothing, except the projector, which may create schemas for read models', async () => {
    const schemas = await as(database, 'superuser', async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`,
      );
      return rows.map(({ name }) => name);
    });
    await as(database, role, async (client) => {
      const makes: string[] = [];
      for (const schema of schemas) {
        if (await may(client, `CREATE TABLE "${schema}".intruder (a integer)`)) makes.push(schema);
      }
      const ofItsOwn = await may(client, 'CREATE SCHEMA intruder');
      const isProjector = role === 'projector' && database === 'platform';
      expect({ makes: makes.sort(), ofItsOwn }).toEqual({
        makes: isProjector ? [LIVE_SCHEMA, GOLDEN_SCHEMA, `${GOLDEN_SCHEMA}_rows`, 'published'] : [],
        ofItsOwn: isProjector,
      });
    });
  });
});

describe('the trail of looks', () => {
  const look = ['look_id', 'via', 'person', 'roles', 'stream', 'subject', 'as_at', 'reason'];
  const values = `gen_random_uuid(), 'service', 'auditor', '{auditor}', 'programme-leap', '${'0'.repeat(32)}', 7, 'an audit of linkage'`;

  it.each(['projector', 'linker'] as const)(
    '%s adds to it, and does not say when or by which role a row was written',
    async (role) => {
      await as('platform', role, async (client) => {
        await client.query(`INSERT INTO audit.look (${look.join(', ')}) VALUES (${values})`);
        for (const [column, value] of [
          ['asked_at', `'2001-01-01'`],
          ['written_by', `'somebody else'`],
        ] as const) {
          const forged = `INSERT INTO audit.look (${look.join(', ')}, ${column}) VALUES (${values}, ${value})`;
          expect({ column, may: await may(client, forged) }).toEqual({ column, may: false });
        }
      });
      const rows = await as('platform', 'superuser', async (client) => {
        const found = await client.query<{ written_by: string; is_now: boolean }>(
          `SELECT written_by, asked_at BETWEEN now() - interval '1 minute' AND now() AS is_now
           FROM audit.look ORDER BY look DESC LIMIT 1`,
        );
        return found.rows;
      });
      expect(rows).toEqual([{ written_by: postgresRole(role), is_now: true }]);
    },
  );
});

describe('actions of data meetings', () => {
  it('are added to by the reporting service, which does not say when or by which role one was written', async () => {
    const columns = 'action_id, version, service, period, action, owner, due, state, person';
    const values = `gen_random_uuid(), 1, 'real', '2023-24-Q2', 'Send the files', 'Lead', '2024-01-31', 'open', 'officer'`;
    await as('platform', 'reporting', async (client) => {
      await client.query(`INSERT INTO meetings.action (${columns}) VALUES (${values})`);
      for (const [column, value] of [
        ['written_at', `'2001-01-01'`],
        ['written_by', `'somebody else'`],
      ] as const) {
        const forged = `INSERT INTO meetings.action (${columns}, ${column}) VALUES (${values}, ${value})`;
        expect({ column, may: await may(client, forged) }).toEqual({ column, may: false });
      }
    });
  });
});

describe('this test', () => {
  it('detects a grant that is not stated, on a table and on one column', async () => {
    const rightsNow = () =>
      as('platform', 'linker', (client) => rightsOn(client, 'ledger.event', ['stream', 'revision', 'bytes']));
    const before = await rightsNow();
    const linker = postgresRole('linker');
    const change = (...statements: string[]) =>
      as('platform', 'superuser', async (client) => {
        for (const statement of statements) await client.query(statement);
      });
    await change(`GRANT DELETE, UPDATE (bytes) ON ledger.event TO ${linker}`);
    expect(before).toBe('insert select');
    expect(await rightsNow()).toBe('delete insert select update(bytes)');
    await change(`REVOKE DELETE, UPDATE (bytes) ON ledger.event FROM ${linker}`);
  });
});

describe('roles of services', () => {
  it.each(services)(
    '%s is not a superuser, may create no role or database, and is a member of no role',
    async (role) => {
      const { rows } = await as('platform', 'superuser', (client) =>
        client.query<Record<string, unknown>>(
          `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS mighty,
                EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) AS member
         FROM pg_roles r WHERE rolname = $1`,
          [postgresRole(role)],
        ),
      );
      expect(rows).toEqual([{ mighty: false, member: false }]);
    },
  );

  it('keep the zones apart: none may connect to both the restricted and the platform database', () => {
    for (const role of services) {
      const entered = mayConnect[role];
      expect(entered.includes('restricted') && entered.includes('platform')).toBe(false);
    }
  });
});
