import { createHash } from 'node:crypto';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { FiguresComputed, type DataOf, type LedgerEvent, type QuarterFigures } from '@kinledger/contracts';
import { canonicalBytes } from '@kinledger/domain';
import { publish } from '@kinledger/figures';
import { createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { projectLedger } from '../projection/project-ledger.js';
import {
  engagementRow,
  linked,
  quarterClosed,
  received,
  registered,
  SmallLedger,
  STREAM,
} from '../projection/small-ledger.testing.js';
import { commitmentToFigures, keptFigures, type QuarterClosedEvent } from './closed-figures.js';
import { QuarterClosings } from './quarter-closings.js';
import { remedyHere } from './remedy-here.testing.js';
import { recount } from './recount.js';

const PERIOD = '2023-24-Q2';

describe('the figures of a quarter that closes', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;
  let client: pg.PoolClient;
  let ledger: SmallLedger;
  let closings: QuarterClosings;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
  });
  afterAll(() => databases.drop());
  beforeEach(async () => {
    pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
    client = await pool.connect();
    ledger = new SmallLedger();
    await ledger.open();
    await createReadModels(client, LIVE_SCHEMA);
    await publish(client);
    closings = new QuarterClosings({
      ...{ store: ledger.store, stream: STREAM, pool, remedy: remedyHere },
      recount: (event, keep) =>
        recount(
          {
            store: ledger.store,
            stream: STREAM,
            pool,
            upTo: event.revision,
            signal: new AbortController().signal,
          },
          keep,
          'all but the schema',
        ),
    });
    return async () => {
      client.release();
      await pool.end();
      const superuser = createPool({ url: databases.superuserUrl('platform'), applicationName: 'test' });
      await superuser.query('TRUNCATE ledger.closed_figures, projector.outbox');
      await superuser.end();
    };
  });

  const project = (onQuarterClosed = closings.close) =>
    projectLedger({
      ...{ store: ledger.store, stream: STREAM, client, schema: LIVE_SCHEMA, onQuarterClosed },
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
    });
  const attend = async (file: string, intake: number, children: readonly string[]) => {
    const rows = children.map((name) => engagementRow(name, 'child', '2023-07-04', 'group-session'));
    await ledger.append(
      [
        received(file, 'natural-thinkers.engagement', intake),
        ...rows.map((row, index) => registered(row, children[index] ?? '', file)),
        linked(file, rows.length),
      ],
      rows,
    );
  };
  const childrenOf = ({ figures }: QuarterFigures, scope = 'programme') => {
    const [reach] = figures;
    const column = reach?.columns.indexOf('children') ?? -1;
    return reach?.rows.find(([its]) => its === scope)?.[column];
  };
  const sent = async (): Promise<DataOf<typeof FiguresComputed>[]> => {
    const { rows } = await pool.query<{ value: Buffer; topic: string }>(
      'SELECT topic, value FROM projector.outbox ORDER BY id',
    );
    expect(rows.every(({ topic }) => topic === 'linkage.internal.figures-computed.1')).toBe(true);
    return rows.map(({ value }) => FiguresComputed.schema.parse(JSON.parse(value.toString('utf8'))));
  };
  const names = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `child ${from + index}`);

  it('are those at the closing event, whatever else one page of the ledger brings', async () => {
    await attend('first', 1, names(12));
    await ledger.append([quarterClosed(PERIOD)]);
    const closing = ledger.head;
    await attend('late', 2, names(9, 12));
    await project();
    const kept = await keptFigures(client, STREAM, closing);
    expect(kept && childrenOf(kept.full)).toBe(12);
    expect(kept?.full).toMatchObject({ position: closing, period: PERIOD, disclosure: 'none' });
    const { rows } = await pool.query<{ children: number }>(
      `SELECT children FROM published.reach_1(NULL, '2023-07-01', '2023-10-01', 'period', 'programme')`,
    );
    expect(rows).toEqual([{ children: 21 }]);
  });

  it('are sent in their published form, with a commitment to the full ones, whose salt stays', async () => {
    await attend('first', 1, names(12));
    await attend(
      'second',
      2,
      [...names(3)].map((name) => `other ${name}`),
    );
    await ledger.append([quarterClosed(PERIOD)]);
    const closing = ledger.head;
    await project();
    const kept = await keptFigures(client, STREAM, closing);
    const [message, ...more] = await sent();
    if (kept === undefined || message === undefined) throw new Error('nothing was kept or sent');
    expect(more).toEqual([]);
    expect(message).toMatchObject({ closing, period: PERIOD, closedAt: '2023-10-09T09:30:00Z' });
    expect(message.published).toEqual(kept.published);
    expect([childrenOf(kept.full), childrenOf(message.published)]).toEqual([15, 15]);
    const commitment = createHash('sha256')
      .update(Buffer.from(kept.salt, 'hex'))
      .update(canonicalBytes(kept.full));
    expect(message.commitment).toBe(commitment.digest('hex'));
    expect(commitmentToFigures(kept.salt, kept.full)).toBe(message.commitment);
    expect(JSON.stringify(message)).not.toContain(kept.salt);
  });

  it('suppress 1 to 7 in the published form, round the rest to the nearest 5, and leave 0', async () => {
    for (const [count, shown] of [
      [7, null],
      [8, 10],
      [12, 10],
      [13, 15],
    ] as const) {
      const other = new SmallLedger();
      await other.open();
      ledger = other;
      await createReadModels(client, LIVE_SCHEMA);
      await attend('first', 1, names(count));
      await ledger.append([quarterClosed(PERIOD)]);
      const answers: QuarterFigures[] = [];
      await project(async (its, event) => {
        await closings.close(its, event);
        const kept = await keptFigures(its, STREAM, event.revision);
        if (kept !== undefined) answers.push(kept.published, kept.full);
        // Rolled back, so that the next round has a ledger of its own.
        throw new Error('enough');
      }).catch(() => undefined);
      const [published, full] = answers;
      if (published === undefined || full === undefined) throw new Error('nothing was computed');
      expect([childrenOf(full), childrenOf(published)]).toEqual([count, shown]);
      const [reach] = published.figures;
      const valueOf = (column: string) => reach?.rows[0]?.[reach.columns.indexOf(column)];
      expect([valueOf('adults'), valueOf('workforce')]).toEqual([0, 0]);
      // A sum is of what is shown of its parts.
      expect(valueOf('upperBound')).toBe(shown);
    }
  });

  it('are computed once, also if the process dies before the transaction commits or read models are made anew', async () => {
    await attend('first', 1, names(12));
    await ledger.append([quarterClosed(PERIOD)]);
    const closing = ledger.head;
    await expect(
      project(async (its, event) => {
        await closings.close(its, event);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await keptFigures(client, STREAM, closing)).toBeUndefined();
    expect(await sent()).toEqual([]);
    await project();
    const kept = await keptFigures(client, STREAM, closing);
    expect(kept).toBeDefined();
    await createReadModels(client, LIVE_SCHEMA);
    await project();
    expect(await keptFigures(client, STREAM, closing)).toEqual(kept);
    expect(await sent()).toHaveLength(1);
  });

  it('are sent again while they are not published, and computed if read models passed the closing without them', async () => {
    await attend('first', 1, names(12));
    await ledger.append([quarterClosed(PERIOD)]);
    const closing = ledger.head;
    await attend('late', 2, names(9, 12));
    await project(() => Promise.resolve());
    await closings.settle();
    const kept = await keptFigures(client, STREAM, closing);
    expect(kept && childrenOf(kept.full)).toBe(12);
    const { rows } = await pool.query(`SELECT FROM pg_namespace WHERE nspname LIKE 'recount%'`);
    expect(rows).toEqual([]);
    await closings.settle();
    const [first, second] = await sent();
    expect(second).toEqual(first);
    expect(await keptFigures(client, STREAM, closing)).toEqual(kept);
  });

  it('cannot be changed or deleted by the role that wrote them', async () => {
    for (const statement of [
      `UPDATE ledger.closed_figures SET salt = ''`,
      'DELETE FROM ledger.closed_figures',
      'TRUNCATE ledger.closed_figures',
    ]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('name files of all periods that stand, so that an unknown count is told from 0', async () => {
    await attend('first', 1, names(12));
    await ledger.append([quarterClosed(PERIOD)]);
    const events: QuarterClosedEvent[] = [];
    await project(async (its, event) => {
      events.push(event satisfies LedgerEvent);
      await closings.close(its, event);
    });
    const kept = await keptFigures(client, STREAM, ledger.head);
    expect(kept?.published.files).toEqual([
      { service: 'natural-thinkers', dataType: 'engagement', extractKind: 'delta', period: '2023-24-Q2' },
    ]);
    expect(events).toHaveLength(1);
  });
});
