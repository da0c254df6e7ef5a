import type { Suppression } from '@kinledger/contracts';
import type { SuppressedPeople } from '@kinledger/pseudonymised-rows';
import type pg from 'pg';

type Queryable = Pick<pg.Pool | pg.ClientBase, 'query'>;
type Mark = Suppression['marks'][number];

/** Whoever writes lines holds this lock until the transaction ends: numbers have no holes, in the order of commits. */
const LOCK = 'pseudonymiser.suppression';

/** Number of the last line; 0 where there is none. */
export async function lastLine(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ line: number }>(
    'SELECT coalesce(max(line), 0) AS line FROM pseudonymiser.suppression',
  );
  return rows[0]?.line ?? 0;
}

/** Keeps other writers of lines away until the transaction ends. */
export async function lockSuppressions(client: pg.ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [LOCK]);
}

/** Adds a suppression or its lifting, within a transaction that holds the lock. What it has already, it leaves. */
export async function addLines(
  client: pg.ClientBase,
  { request, act, marks, basis, by, at }: Omit<Suppression, 'programme'>,
): Promise<void> {
  const before = await lastLine(client);
  await client.query(
    `INSERT INTO pseudonymiser.suppression (line, request, act, kind, mac, reason, by, at)
     SELECT $1 + row_number() OVER (ORDER BY nth), $2, $3, kind, mac, $6, $7, $8
     FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS given (kind, mac, nth)
     WHERE NOT EXISTS (SELECT FROM pseudonymiser.suppression there
                       WHERE there.request = $2 AND there.kind = given.kind AND there.mac = given.mac)`,
    [before, request, act, marks.map(({ kind }) => kind), marks.map(({ mac }) => mac), basis, by, at],
  );
}

/** MACs that are suppressed after this many lines. */
export async function suppressedAfter(client: Queryable, lines: number): Promise<Set<string>> {
  const { rows } = await client.query<{ mac: string }>(
    `SELECT mac FROM (
       SELECT DISTINCT ON (mac) mac, act FROM pseudonymiser.suppression WHERE line <= $1 ORDER BY mac, line DESC
     ) AS latest WHERE act = 'suppress' ORDER BY mac`,
    [lines],
  );
  return new Set(rows.map(({ mac }) => mac));
}

/** Of these marks, those that are suppressed now. */
export async function stillSuppressed(client: Queryable, marks: readonly Mark[]): Promise<Mark[]> {
  const suppressed = await suppressedAfter(client, await lastLine(client));
  return marks.filter(({ mac }) => suppressed.has(mac));
}

/** How a file is read. */
export interface FileBeginning {
  /** By how many lines of the log of suppressions. */
  readonly lines: number;
  /** Version of the token keys. */
  readonly keyVersion: number;
}

/**
 * How a file is read, and who is suppressed for it. One that was begun is read as it was begun, so that its rows are the
 * same again; tried at a later place in the order of intake, whoever was suppressed meanwhile must not be in it.
 * @param keyInForce version of the token keys for a file that was not begun.
 */
export async function beginningOf(
  client: Queryable,
  { submission, intake }: { readonly submission: string; readonly intake: number },
  keyInForce: number,
): Promise<FileBeginning & SuppressedPeople> {
  const { rows } = await client.query<FileBeginning & { intake: number }>(
    `SELECT lines, intake, key_version AS "keyVersion" FROM pseudonymiser.begun_file WHERE submission = $1`,
    [submission],
  );
  const now = await lastLine(client);
  const lines = rows[0]?.lines ?? now;
  const macs = await suppressedAfter(client, lines);
  const isTriedAgain = rows[0] !== undefined && rows[0].intake !== intake;
  const since = isTriedAgain ? (await suppressedAfter(client, now)).difference(macs) : new Set<string>();
  const keyVersion = rows[0]?.keyVersion ?? keyInForce;
  return { lines, keyVersion, macs, since, kinds: await kindsOf(client) };
}

/** Kinds of the marks that were ever suppressed. */
async function kindsOf(client: Queryable): Promise<Set<string>> {
  const { rows } = await client.query<{ kind: string }>(
    'SELECT DISTINCT kind FROM pseudonymiser.suppression',
  );
  return new Set(rows.map(({ kind }) => kind));
}

/**
 * Notes how a file is read, before its first row is published. Repeatable.
 * @throws Error where another process has begun it otherwise: to be read again.
 */
export async function beginFile(
  client: Queryable,
  { submission, intake }: { readonly submission: string; readonly intake: number },
  { lines, keyVersion }: FileBeginning,
): Promise<void> {
  await client.query(
    `INSERT INTO pseudonymiser.begun_file (submission, intake, lines, key_version) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [submission, intake, lines, keyVersion],
  );
  const { rowCount } = await client.query(
    'SELECT FROM pseudonymiser.begun_file WHERE submission = $1 AND lines = $2 AND key_version = $3',
    [submission, lines, keyVersion],
  );
  if (rowCount !== 1)
    throw new Error(`submission ${submission} was begun under other suppressions or another key`);
}

/** Forgets how a file was begun: all its rows are published. */
export async function endFile(client: Queryable, submission: string): Promise<void> {
  await client.query('DELETE FROM pseudonymiser.begun_file WHERE submission = $1', [submission]);
}

/** All lines, in order, one suppression or lifting after the other. */
export async function suppressionsIn(
  client: Queryable,
  programme: Suppression['programme'],
): Promise<Suppression[]> {
  const { rows } = await client.query<Omit<Suppression, 'programme' | 'at'> & { readonly at: Date }>(
    `SELECT request, act, json_agg(json_build_object('kind', kind, 'mac', mac) ORDER BY line) AS marks, reason AS basis, by, at
     FROM pseudonymiser.suppression GROUP BY request, act, reason, by, at ORDER BY min(line)`,
  );
  return rows.map((row) => ({ programme, ...row, at: row.at.toISOString() }));
}
