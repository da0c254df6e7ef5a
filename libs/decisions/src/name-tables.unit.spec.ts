import { coldStartOf, type StrategySettings } from '@kinledger/domain';
import { InMemoryEventStore, InMemoryLedger, InMemoryNameTables } from '@kinledger/event-store';
import { describe, expect, it } from 'vitest';
import { engineOptionsBeside, requireNameTableUnder } from './adoption.js';

const id = 'ab'.repeat(32);
const limits = {
  ...{ maxBirthDatesPerToken: 3, maxCasesPerToken: 10 },
  ...{ maxHoldersPerToken: 500, maxChildrenPerCarerToken: 12 },
};
const strategy: StrategySettings = {
  ...{ name: 'kin-1', ...limits, model: { document: { ...coldStartOf(100), frequencies: id } } },
  ...{ maxHoldersPerKey: 100, reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
};
const definition = { id: 'test', strategy, familyScopes: [] } as unknown as Parameters<
  typeof engineOptionsBeside
>[1];
const bytes = Buffer.from(JSON.stringify({ format: 'kin-frequencies/1', fields: {} }));

describe('a strategy whose model knows how common names are', () => {
  const ledger = new InMemoryLedger();
  const store = new InMemoryEventStore(ledger);
  const tables = new InMemoryNameTables(ledger);

  it('is refused without its table, in a sentence that says what to do', async () => {
    await expect(engineOptionsBeside(store, definition)).rejects.toThrow(
      `the strategy’s model scores with the table of name frequencies ${id}, which was erased or not restored: restore it, or adopt a model without it`,
    );
  });

  it('reads rows with it, if it is under the key of the ledger', async () => {
    await tables.keep({ id, keyVersion: 2, bytes });
    const { strategy: found } = await engineOptionsBeside(store, definition);
    expect(found.tokensOf({ role: 'child', tokens: [] }).compared).toEqual([]);
    await expect(requireNameTableUnder(2, store, definition)).resolves.toBeUndefined();
    await expect(requireNameTableUnder(3, store, definition)).rejects.toThrow('is under token key 2');
  });

  it('needs none where the model names none', async () => {
    const { strategy: found } = await engineOptionsBeside(store, {
      ...definition,
      strategy: { name: 'leap-1', ...limits },
    });
    expect(found.name).toBe('leap-1');
  });
});
