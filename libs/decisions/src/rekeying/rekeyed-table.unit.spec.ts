import type { Token } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { rekeyedTable } from './rekeyed-table.js';
import { wrappedToken, WrappingByKeys } from './testing/wrapping-by-keys.js';

const token = (digit: string) => digit.repeat(32) as Token;
const domain = 'name:full';
const document = {
  format: 'kin-frequencies/1',
  fields: {
    'given-name': { domain, rows: 900, tokens: [[token('a'), 5] as const, [token('b'), 3] as const] },
    surname: { domain, rows: 3, tokens: [] },
  },
};
const table = { id: 'ab'.repeat(32), keyVersion: 1, bytes: Buffer.from(JSON.stringify(document)) };
const { signal } = new AbortController();

describe('a table of name frequencies under another key', () => {
  it('keeps its id, and says the same of the wrapped tokens', async () => {
    const rekeyed = await rekeyedTable(table, 3, new WrappingByKeys(3), signal);
    expect(rekeyed).toMatchObject({ id: table.id, keyVersion: 3 });
    const { fields } = JSON.parse(Buffer.from(rekeyed.bytes).toString('utf8')) as typeof document;
    const wrapped = (of: Token) => wrappedToken(domain, of, { from: 1, to: 3 });
    expect(new Map(fields['given-name'].tokens)).toEqual(
      new Map([
        [wrapped(token('a')), 5],
        [wrapped(token('b')), 3],
      ]),
    );
    expect(fields.surname.tokens).toEqual([]);
  });

  it('is itself if it is under that key already', async () => {
    expect(await rekeyedTable(table, 1, new WrappingByKeys(1), signal)).toBe(table);
  });
});
