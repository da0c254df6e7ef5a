import type { RecordId, ReferralId } from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import { testSettings, type Step } from '@kinledger/domain/testing';
import { InMemoryEventStore, InMemoryLedger, InMemoryNameTables } from '@kinledger/event-store';
import { describe, expect, it } from 'vitest';
import { engineOptionsBeside, requireNameTableUnder } from './adoption.js';
import { explainPairInLedger } from './explain/explain-pair.js';
import { replayLedger } from './replay/replay-ledger.js';
import { modelWithNames } from './replay/testing/model-with-names.js';
import { programmeOfHistories, RecordedHistory, STREAM } from './replay/testing/recorded-history.js';
import { ReferralExaminer } from './reviews/referral-examiner.js';

const { table, strategy } = modelWithNames();
const { signal } = new AbortController();
const definition = { id: 'test', strategy, familyScopes: [] } as unknown as Parameters<
  typeof engineOptionsBeside
>[1];
const later = { ...table, keyVersion: 2 };

describe('tables of name frequencies in memory', () => {
  it('belong to one ledger each, and are not replaced by one under an earlier key', async () => {
    const tables = new InMemoryNameTables(new InMemoryLedger());
    await tables.keep('one', later);
    await tables.keep('one', table);
    await tables.keep('other', table);
    expect([await tables.all('one'), await tables.all('other')]).toEqual([[later], [table]]);
    expect(await tables.erase('other', table.id)).toBe(true);
    expect([await tables.all('one'), await tables.all('other')]).toEqual([[later], []]);
  });
});

describe('a strategy whose model knows how common names are', () => {
  const ledger = new InMemoryLedger();
  const place = { store: new InMemoryEventStore(ledger), stream: STREAM };
  const tables = new InMemoryNameTables(ledger);

  it('is refused without its table, in a sentence that says what to do', async () => {
    await tables.keep('programme-other', table);
    await expect(engineOptionsBeside(place, definition)).rejects.toThrow(
      `the strategy’s model scores with the table of name frequencies ${table.id}, which was erased or not restored: restore it, or adopt a model without it`,
    );
  });

  it('is refused with another table in the place of its own', async () => {
    await tables.keep(STREAM, { ...table, bytes: Buffer.from('{"fields":{},"format":"kin-frequencies/1"}') });
    await expect(engineOptionsBeside(place, definition)).rejects.toThrow(
      `what is beside the ledger as the table of name frequencies ${table.id} is another table: restore`,
    );
    await tables.keep(STREAM, table);
    await expect(engineOptionsBeside(place, definition)).resolves.toHaveProperty('nameTable', table);
  });

  it('reads rows with it, if it is under the key of the ledger', async () => {
    await tables.keep(STREAM, later);
    const options = await engineOptionsBeside(place, definition);
    expect(options.strategy.tokensOf({ role: 'child', tokens: [] }).compared).toEqual([]);
    await expect(requireNameTableUnder(2, place, options)).resolves.toBeUndefined();
    await expect(requireNameTableUnder(3, place, options)).rejects.toThrow('is under token key 2');
  });

  it('is refused once its table is erased, or a rotation has wrapped it', async () => {
    const options = await engineOptionsBeside(place, definition);
    await tables.keep(STREAM, { ...table, keyVersion: 3 });
    await expect(requireNameTableUnder(2, place, options)).rejects.toThrow('is under token key 3');
    await tables.erase(STREAM, table.id);
    await expect(requireNameTableUnder(2, place, options)).rejects.toThrow('which was erased');
  });

  it('needs none where the model names none', async () => {
    const { strategy: found } = await engineOptionsBeside(place, { ...definition, strategy: testSettings });
    expect(found.name).toBe('leap-1');
  });
});

describe('a ledger that is decided with a table of name frequencies', () => {
  const adult = (id: string, born: string) => ({
    ...{ id, role: 'adult' as const, note: id },
    tokens: [['email', 'identity', 'shared'] as const, ['birth-date', 'guard', born] as const],
  });
  const rows = [adult('a', 'one day'), adult('b', 'another')];
  const submission: Step = { kind: 'submit', dataset: 0, period: 0, replaces: false, repeats: false, rows };
  /** Two rows about which a person is asked, and their table as it is kept. */
  async function recorded() {
    const programme = programmeOfHistories(strategy);
    const history = await RecordedHistory.begin(undefined, programme, table.bytes);
    await history.step(submission);
    const records: RecordId[] = [];
    const events = await history.store.readPage(STREAM, 0, 1_000);
    for (const { bytes } of events) {
      const event = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
        readonly type: string;
        readonly data: { readonly placements: readonly { readonly record: RecordId }[] };
      };
      if (event.type === 'RecordsPlaced') records.push(...event.data.placements.map(({ record }) => record));
    }
    const { store } = history;
    const tables = new InMemoryNameTables(history.memory);
    const reading = { store, stream: STREAM, signal };
    const [referral] = [...history.ledger.reviews.referrals()].map(([id]) => id) as [ReferralId];
    const uses = {
      examine: () => new ReferralExaminer({ store, stream: STREAM }).examine(referral, signal),
      explain: () => explainPairInLedger({ ...reading, ids: [records[0] ?? '', records[1] ?? ''] }),
      replay: () => replayLedger({ ...reading, engine: (options) => new LinkageEngine(options) }),
    };
    return { history, tables, uses, referral, examiner: new ReferralExaminer({ store, stream: STREAM }) };
  }
  it('is examined no further once the table is erased, even where it was read before', async () => {
    const { tables, examiner, referral } = await recorded();
    await tables.keep(STREAM, table);
    expect(await examiner.examine(referral, signal)).toBeDefined();
    expect(await examiner.examine(referral, signal)).toBeDefined();
    await tables.erase(STREAM, table.id);
    await expect(examiner.examine(referral, signal)).rejects.toThrow('which was erased');
  });

  const under = (keyVersion: number) => ({ ...table, keyVersion });

  it.each(['examine', 'explain', 'replay'] as const)(
    'is refused by %s while the table is under another key, as in the middle of a rotation',
    async (name) => {
      const { history, tables, uses } = await recorded();
      await tables.keep(STREAM, under(1));
      await expect(uses[name]()).resolves.toBeDefined();
      await tables.keep(STREAM, under(2));
      await expect(uses[name]()).rejects.toThrow('is under token key 2, and the ledger is under 1');
      await history.rotateKeys();
      await expect(uses[name]()).resolves.toBeDefined();
      await tables.erase(STREAM, table.id);
      await tables.keep(STREAM, under(1));
      await expect(uses[name]()).rejects.toThrow('is under token key 1, and the ledger is under 2');
    },
  );
});
