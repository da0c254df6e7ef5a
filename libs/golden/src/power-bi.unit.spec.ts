import { DefaultSettings, TaskUtils } from '@microsoft/powerquery-parser';
import { describe, expect, it } from 'vitest';
import { dateRoles, goldenTables } from './golden-tables.js';
import { pbidsOf, powerQueryOf } from './power-bi.js';

const at = { server: 'db.example.org:6432', database: 'kinledger_platform' };
const cleared = goldenTables.filter(({ readers }) => readers === 'everybody');

const parsed = async (text: string) => TaskUtils.tryLexParse(DefaultSettings, text);

describe('the Power Query of the golden dataset', () => {
  it('is Power Query M, with a query for each table and each role of a date', async () => {
    const text = powerQueryOf(at, goldenTables);
    expect(TaskUtils.isParseStageOk(await parsed(text))).toBe(true);
    for (const { name } of [...goldenTables, ...dateRoles])
      expect(text).toContain(`shared ${name} = Database{[Schema = "golden_v1", Item = "${name}"]}[Data];`);
  });

  it('names no table that its reader may not read', () => {
    const text = powerQueryOf(at, cleared);
    const named = [...text.matchAll(/Item = "(\w+)"/g)].map(([, name]) => name);
    expect(named).toEqual([
      ...cleared.map(({ name }) => name),
      ...dateRoles.filter(({ readers }) => readers === 'everybody').map(({ name }) => name),
    ]);
  });

  it('takes no name of a server for code', async () => {
    const text = powerQueryOf({ server: '"); evil("', database: 'a' }, cleared);
    expect(text).toContain('PostgreSQL.Database("""); evil(""", "a")');
    expect(TaskUtils.isParseStageOk(await parsed(text))).toBe(true);
  });

  it('would not pass this test if it were broken', async () => {
    expect(TaskUtils.isParseStageOk(await parsed('section Golden; shared a = Database{[;'))).toBe(false);
  });
});

describe('the file that Power BI opens', () => {
  it('names server and database, and neither a person nor a password', () => {
    expect(JSON.parse(pbidsOf(at))).toEqual({
      version: '0.1',
      connections: [{ details: { protocol: 'postgresql', address: at }, options: {}, mode: 'Import' }],
    });
  });
});
