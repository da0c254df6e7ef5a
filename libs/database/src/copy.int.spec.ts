import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { copyInto } from './copy.js';

describe('COPY', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    await client.query('CREATE TEMP TABLE cell (n int, t text, b bytea, j jsonb, a text[], f boolean)');
  });
  afterAll(() => client.end());

  it('returns every value unchanged', async () => {
    // PostgreSQL stores no NUL in text.
    const text = fc
      .string({ unit: 'binary' })
      .filter((value) => !value.includes('\0') && value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.option(text), fc.uint8Array(), fc.array(text), fc.option(fc.boolean()))),
        async (rows) => {
          await client.query('TRUNCATE cell');
          await copyInto(
            client,
            'cell',
            ['n', 't', 'b', 'j', 'a', 'f'],
            rows.map(([t, b, a, f], n) => [n, t, b, { t }, a, f]),
          );
          const read = await client.query<{
            t: string;
            b: Buffer;
            j: { t: string };
            a: string[];
            f: boolean;
          }>('SELECT t, b, j, a, f FROM cell ORDER BY n');
          expect(read.rows.map((row) => [row.t, new Uint8Array(row.b), row.j.t, row.a, row.f])).toEqual(
            rows.map(([t, b, a, f]) => [t, b, t, a, f]),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('reports a refused row and leaves the connection usable', async () => {
    await expect(copyInto(client, 'cell', ['n'], [['not a number']])).rejects.toThrow(/invalid input syntax/);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
