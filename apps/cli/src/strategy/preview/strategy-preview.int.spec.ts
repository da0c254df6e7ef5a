import type { PeriodCode } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { programmeOfHistories, RecordedHistory, STREAM } from '@kinledger/decisions/testing';
import { ledgerEventOf, periodOfCode } from '@kinledger/domain';
import {
  history,
  historyWithConstraints,
  historyWithErasures,
  runs,
  type Step,
  testKin1Settings,
  testSettings,
  withDerived,
} from '@kinledger/domain/testing';
import { Cells, computeQuarter, differencesOf, figuresInForce } from '@kinledger/figures';
import type { ProgrammeDefinition } from '@kinledger/programme';
import { createReadModels, markedBodiesIn, ReadModelWriter } from '@kinledger/read-models';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createProgress } from '../../output/progress.js';
import { previewStrategy } from './strategy-preview.js';

const { signal } = new AbortController();
const progress = createProgress(false);

type Settings = ProgrammeDefinition['strategy'];
const strict: Settings = { ...testSettings, maxHoldersPerToken: 1, maxChildrenPerCarerToken: 1 };
const strategies: readonly Settings[] = [testKin1Settings, strict];

const steps = withDerived(fc.oneof(history(), historyWithConstraints(), historyWithErasures()));
/** Three rows of one person, as the email says while so many may hold it, who came to one session. */
const oneEmail: readonly Step[] = [0, 3].map((dataset) => ({
  ...{ kind: 'submit', dataset, period: 0, replaces: false, repeats: false },
  rows: ['a', 'b', 'c'].map((id) => ({
    ...{ id, role: 'adult' as const, note: id },
    tokens: [['email', 'identity', 'shared']] as const,
  })),
}));
/** The quarter of every engagement of these histories, and one that closes empty. */
const periods = ['2022-23-Q3', '2023-24-Q2'] as PeriodCode[];
const PATIENT_MS = 600_000;

describe('a preview of a strategy', { timeout: PATIENT_MS }, () => {
  let databases: TestDatabases;
  let projector: pg.Pool;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    projector = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
  });
  afterAll(async () => {
    await projector.end();
    await databases.drop();
  });

  const played = async (history: readonly Step[], closes: boolean) => {
    const programme = programmeOfHistories(undefined, { sessionKinds: ['group'], derives: true });
    const recorded = await RecordedHistory.begin(undefined, programme);
    for (const step of history) await recorded.step(step);
    if (closes) await recorded.closeQuarter(periods[1] as PeriodCode);
    return recorded;
  };

  const preview = ({ store }: RecordedHistory, strategy: Settings, isShown = false) =>
    previewStrategy(
      { store, stream: STREAM, progress, signal },
      ({ definition }) => Promise.resolve({ ...definition, strategy }),
      {
        examples: 5,
        figures: { platformUrl: databases.url('platform', 'linker'), isShown },
      },
    );

  /** The figures of each quarter, by the tables and the writer of the projection. */
  async function counted({ store }: RecordedHistory): Promise<ReadonlyMap<string, Cells>> {
    const client = await projector.connect();
    try {
      await client.query('BEGIN');
      await createReadModels(client, 'counted');
      const head = await store.head(STREAM);
      const events = (await store.readPage(STREAM, 0, head + 1)).map((stored) =>
        ledgerEventOf(stored, STREAM),
      );
      const erased = new Set<string>(
        events.flatMap(({ type, data }) => (type === 'RecordErased' ? data.records : [])),
      );
      const writer = new ReadModelWriter({
        ...{ client, schema: 'counted', readPayload: (digest) => store.readPayload(digest) },
        isErased: (record) => Promise.resolve(erased.has(record)),
      });
      await writer.begin();
      for (const event of events) {
        const segments = await store.readSegments(STREAM, event.revision, event.revision);
        const bodies = segments.flatMap(({ bytes }) => markedBodiesIn(bytes));
        await writer.take(event, new Map(bodies.map((body) => [body.record, body])));
      }
      await writer.settle(head);
      const { figures, disclosure } = figuresInForce();
      const found = new Map<string, Cells>();
      for (const code of periods) {
        const { full } = await computeQuarter(client, {
          ...{ programme: 'test' as ProgrammeDefinition['id'], period: periodOfCode(code), position: head },
          ...{ figures: figures.map(({ figure }) => figure), disclosure },
        });
        found.set(code, new Cells(full));
      }
      return found;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it('says of every figure of every quarter what it becomes once the strategy is adopted', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom(...strategies),
        fc.boolean(),
        async (history, strategy, closes) => {
          const recorded = await played(history, closes);
          const head = await recorded.store.head(STREAM);
          const before = await counted(recorded);
          const foretold = await preview(recorded, strategy);
          expect(await recorded.store.head(STREAM)).toBe(head);
          await recorded.adopt(strategy);
          const after = await counted(recorded);
          const quarters = foretold.quarters ?? [];
          for (const [code, cells] of before) {
            const found = quarters.find(({ period }) => period === code);
            const differences = differencesOf(cells, after.get(code) as Cells);
            expect(found?.cells ?? []).toEqual(
              differences.map((cell) => ({ ...cell, change: cell.after - cell.before })),
            );
            if (differences.length > 0) changed += 1;
          }
          expect(quarters.filter(({ isClosed }) => isClosed).map(({ period }) => period)).toEqual(
            closes ? [periods[1]] : [],
          );
        },
      ),
      { ...runs(16), endOnFailure: true },
    );
    expect(changed).toBeGreaterThan(0);
  });

  it('leaves no table, and changes no event', async () => {
    const recorded = await played(fc.sample(steps, { numRuns: 1, seed: 4 })[0] ?? [], true);
    const tables = async () =>
      (await projector.query(`SELECT schemaname, tablename FROM pg_tables ORDER BY 1, 2`)).rows as unknown[];
    const [before, head] = [await tables(), await recorded.store.head(STREAM)];
    await preview(recorded, testKin1Settings);
    expect([await tables(), await recorded.store.head(STREAM)]).toEqual([before, head]);
  });

  it('says what a closed quarter would be, and shows no count that disclosure control suppresses', async () => {
    const recorded = await played(oneEmail, true);
    const cellsOf = async (isShown: boolean) => {
      const { quarters = [], linkage } = await preview(recorded, strict, isShown);
      expect(linkage?.sources.map(({ dataset, leaving }) => [dataset, leaving])).toEqual(
        isShown
          ? undefined
          : [
              ['alpha.engagement', 3],
              ['alpha.user', 3],
            ],
      );
      expect(quarters.map(({ period, isClosed }) => [period, isClosed])).toEqual([['2023-24-Q2', true]]);
      return quarters.flatMap(({ cells }) => cells);
    };
    const [exact, shown] = [await cellsOf(false), await cellsOf(true)];
    const adults = { figure: 'reach', scope: 'programme', dimensions: [], column: 'adults' };
    expect(exact).toContainEqual({ ...adults, before: 1, after: 0, change: -1 });
    expect(shown).toContainEqual({ ...adults, before: null, after: 0, change: null });
    expect(shown.length).toBe(exact.length);
  });
});
