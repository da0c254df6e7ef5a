import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isDatabaseAway } from './outage.js';
import { createPool } from './pool.js';

describe('the password of a role, in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-password-'));
  const file = join(folder, 'password');
  const role = `test_${randomBytes(4).toString('hex')}`;
  const superuser = createPool({ url: inject('postgresUrl'), applicationName: 'test' });
  let pool: pg.Pool;

  /** What an operator does to the server, in either order with what the node does to the file. */
  const setPassword = (password: string) =>
    superuser.query(`ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(password)}`);
  const disconnect = () =>
    superuser.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);

  beforeAll(async () => {
    await superuser.query(`CREATE ROLE ${role} LOGIN`);
    await setPassword('first: @/%+');
    // As an editor leaves it.
    writeFileSync(file, 'first: @/%+\n');
    const url = new URL(inject('postgresUrl'));
    url.username = role;
    url.password = '';
    url.searchParams.set('passwordfile', file);
    pool = createPool({ url: url.href, applicationName: 'test' });
  });
  afterAll(async () => {
    await pool.end();
    await superuser.query(`DROP ROLE ${role}`);
    await superuser.end();
    rmSync(folder, { recursive: true });
  });

  it('is read for each connection: a change needs no restart, and connections that are open stay', async () => {
    const open = await pool.connect();
    await setPassword('second');
    await expect(pool.query('SELECT 1')).rejects.toSatisfy(isDatabaseAway);
    expect((await open.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    writeFileSync(file, 'second');
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    open.release();
  });

  it('is named in no error, and neither is the file', async () => {
    await disconnect();
    await setPassword('third');
    const said: string[] = [];
    // A connection that was idle may first say that it was ended.
    await expect
      .poll(async () => {
        said.push(await pool.query('SELECT 1').then(() => 'answered', String));
        return said.at(-1);
      })
      .toContain(`password authentication failed for user "${role}"`);
    expect(said.join(' ')).not.toMatch(/second|third|kinledger-password/);
  });
});
