import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { functionsOf, installedFunctions, installFunctions, type DatabaseFunction } from './functions.js';
import { migrate, requireMigrated } from './migrate.js';
import { createPool } from './pool.js';
import { databaseNames } from './roles.js';
import { createTestDatabases, type TestDatabases } from './testing.js';

const fileOf = (name: string, sql: string): DatabaseFunction => ({
  name,
  sql,
  digest: createHash('sha256').update(sql).digest('hex'),
});
const answering = (name: string, answer: number, parameters = '') =>
  fileOf(
    name,
    `CREATE FUNCTION ${name}(${parameters}) RETURNS int LANGUAGE sql AS 'SELECT ${answer}';
     REVOKE ALL ON FUNCTION ${name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION ${name} TO kinledger_linker;`,
  );

describe('the functions of a database', () => {
  let databases: TestDatabases;
  let migrator: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    migrator = new pg.Client({ connectionString: databases.url('bus', 'migrator') });
    await migrator.connect();
  });
  afterAll(async () => {
    await migrator.end();
    await databases.drop();
  });
  beforeEach(() => migrate('bus', databases.url('bus', 'migrator')));

  const asLinker = async <T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> => {
    const pool = createPool({ url: databases.url('bus', 'linker'), applicationName: 'test' });
    return work(pool).finally(() => pool.end());
  };
  const answerOf = async (call: string) => {
    const { rows } = await asLinker((pool) => pool.query<{ answer: number }>(`SELECT ${call} AS answer`));
    return rows[0]?.answer;
  };

  it.each(databaseNames)('each stand in a file of their name, alone: %s', (database) => {
    for (const { name, sql } of functionsOf(database)) {
      const made = [...sql.matchAll(/^\s*CREATE (?:OR REPLACE )?FUNCTION ([\w.]+)\(/gm)].map(
        ([, found]) => found,
      );
      expect(made).toEqual([name]);
      expect(sql).toContain(`REVOKE ALL ON FUNCTION ${name} FROM PUBLIC;`);
    }
  });

  it('are those of the files, and no other, once migrated', async () => {
    const { rows } = await migrator.query<{ name: string }>(
      `SELECT n.nspname || '.' || p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'bus' ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(functionsOf('bus').map(({ name }) => name));
    await asLinker((pool) => expect(requireMigrated(pool, 'bus')).resolves.toBeUndefined());
  });

  it('are replaced when their file changes, with their parameters and rights, and left alone when it does not', async () => {
    const files = [...functionsOf('bus'), answering('bus.answer', 41)];
    await installFunctions(migrator, files);
    expect(await answerOf('bus.answer()')).toBe(41);
    const oids = () =>
      migrator
        .query<{ oid: number }>(
          `SELECT oid FROM pg_proc WHERE pronamespace = 'bus'::regnamespace ORDER BY oid`,
        )
        .then(({ rows }) => rows.map(({ oid }) => oid));
    const before = await oids();
    await installFunctions(migrator, files);
    expect(await oids()).toEqual(before);
    await installFunctions(migrator, [...functionsOf('bus'), answering('bus.answer', 42, 'p_question text')]);
    expect(await answerOf(`bus.answer('of everything')`)).toBe(42);
    await expect(answerOf('bus.answer()')).rejects.toMatchObject({ code: '42883' });
    await installFunctions(migrator, functionsOf('bus'));
    await expect(answerOf(`bus.answer('of everything')`)).rejects.toMatchObject({ code: '42883' });
  });

  it('may call one another in any order of their names', async () => {
    const first = fileOf(
      'bus.a_caller',
      `CREATE FUNCTION bus.a_caller() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT bus.the_called()'`,
    );
    await installFunctions(migrator, [...functionsOf('bus'), first, answering('bus.the_called', 7)]);
    expect(await answerOf('bus.a_caller()')).toBe(7);
  });

  it.each([
    ['names a table that is not there', `AS 'SELECT count(*)::int FROM bus.nothing'`, '42P01'],
    ['has a wrong statement', `AS 'SELEKT 1'`, '42601'],
  ])('stay as they are when one of them %s', async (_, body, code) => {
    const wrong = fileOf('bus.wrong', `CREATE FUNCTION bus.wrong() RETURNS int LANGUAGE sql ${body}`);
    const before = await installedFunctions(migrator);
    await expect(installFunctions(migrator, [answering('bus.answer', 41), wrong])).rejects.toMatchObject({
      code,
    });
    expect(await installedFunctions(migrator)).toEqual(before);
    await expect(answerOf(`bus.partitions('nothing')`)).rejects.toMatchObject({ code: 'KB001' });
  });

  it('are refused when a file makes another function than its name says', async () => {
    const { sql } = answering('bus.answer', 41);
    await expect(installFunctions(migrator, [fileOf('bus.question', sql)])).rejects.toThrow(
      'the file of bus.question makes no function of this name',
    );
  });

  it('can be installed by two launchers at once', async () => {
    const url = databases.url('bus', 'migrator');
    await installFunctions(migrator, []);
    await Promise.all([migrate('bus', url), migrate('bus', url)]);
    expect([...(await installedFunctions(migrator)).keys()]).toEqual(
      functionsOf('bus').map(({ name }) => name),
    );
  });

  it.each([
    ['differs', `UPDATE migrations.function SET digest = 'other' WHERE name = 'bus.publish'`, 'bus.publish'],
    ['is missing', `DELETE FROM migrations.function WHERE name = 'bus.publish'`, 'bus.publish'],
    ['is unknown', `INSERT INTO migrations.function VALUES ('bus.later', 'x')`, 'bus.later'],
  ])('keep a service from starting while one %s', async (_, spoil, name) => {
    await migrator.query(spoil);
    await asLinker((pool) =>
      expect(requireMigrated(pool, 'bus')).rejects.toMatchObject({
        code: 'not-migrated',
        message: expect.stringContaining(name) as string,
      }),
    );
  });
});
