import { FiguresComputed, type PeriodCode, type ProgrammeId } from '@kinledger/contracts';
import { sumStrategy } from '@kinledger/domain/testing';
import { withMethods } from '@kinledger/test-doubles';
import { createReadModels, LIVE_SCHEMA, TABLES_VERSION } from '@kinledger/read-models';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { closeFigures } from '../closing/closed-figures.js';
import { remedyHere } from '../closing/remedy-here.testing.js';
import type { DecidedLedger, DecidedRow } from '../projection/decided-ledger.testing.js';
import { ReadModelsUnderTest } from '../projection/read-models-under-test.testing.js';
import { quarterClosed, releasePublished, STREAM } from '../projection/small-ledger.testing.js';
import type { Reproduction } from './reproduce-quarter.js';
import type { Restatement } from './compare-quarter.js';
import { Recounts, type Recount } from './recounts.js';

const PERIOD = '2022-23-Q3' as PeriodCode;
const DATASET = 'natural-thinkers.engagement';

const child = (id: string, more: Partial<DecidedRow> = {}): DecidedRow => ({
  ...{ id, role: 'child', childKey: id, attributes: {}, asOf: '2022-11-01', attended: true },
  ...more,
});
const children = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => child(`child ${from + index}`));

describe('computing a closed quarter again', () => {
  const readModels = new ReadModelsUnderTest();
  let ledger: DecidedLedger;
  let recounts: Recounts;
  let sequence = 0;

  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());
  beforeEach(async () => {
    ledger = await readModels.open();
    sequence = 0;
    recounts = new Recounts({
      ...{ store: ledger.store, stream: STREAM, pool: readModels.pool },
      ...{ programme: 'leap' as ProgrammeId, onError: () => undefined, remedy: remedyHere },
    });
  });
  afterEach(() => recounts.stop());

  const submit = (rows: readonly DecidedRow[], supersedes: readonly never[] = []) =>
    ledger.submit({ dataset: DATASET, period: PERIOD, sequence: ++sequence, supersedes, rows });
  const close = async (tables?: string, edition = 1): Promise<number> => {
    const closing = await ledger.note(quarterClosed(PERIOD, tables, edition));
    await readModels.project(ledger, (client, event) => closeFigures(client, STREAM, event, remedyHere));
    const { rows } = await readModels.pool.query<{ value: Buffer }>('SELECT value FROM projector.outbox');
    const computed = rows.map(({ value }) => FiguresComputed.schema.parse(JSON.parse(String(value))));
    await ledger.publishFigures(computed.find((each) => each.closing === closing)!);
    await readModels.project(ledger);
    return closing;
  };
  const ended = async (started: Recount): Promise<Recount> => {
    for (;;) {
      const now = await recounts.find(started.id);
      if (now !== undefined && now.state !== 'running') return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const restated = async (edition?: number) => {
    await readModels.project(ledger);
    const { state, result } = await ended(
      await recounts.compare({ period: PERIOD, edition, then: undefined, now: undefined }, 'data-team'),
    );
    expect(state).toBe('done');
    const { cells } = result as Restatement;
    return cells.find(({ scope, column }) => scope === 'programme' && column === 'children');
  };

  it('tells each cause by its own number', async () => {
    await submit(children(12));
    const later = await submit([child('to be withdrawn')]);
    const corrected = await submit([child('corrected')]);
    await close();
    await submit(children(3, 12));
    expect(await restated()).toMatchObject({ then: 14, now: 17, changes: { 'late-data': 3 } });
    await ledger.withdraw(later);
    await submit([child('corrected', { attended: false })], [corrected as never]);
    expect(await restated()).toMatchObject({
      ...{ then: 14, now: 15, changes: { 'late-data': 3, withdrawal: -1, correction: -1 } },
    });
  });

  it('says that figures stand after an erasure, and what the recount has less, within its bound', async () => {
    const first = await submit(children(12));
    await submit([child('another')]);
    await close();
    await ledger.eraseRowsOf(first);
    await readModels.project(ledger);
    const { result } = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    const reproduction = result as Reproduction;
    expect(reproduction).toMatchObject({ outcome: 'erased', kept: 'stand', erasures: { records: 12 } });
    expect(
      reproduction.differences.find(({ scope, column }) => scope === 'programme' && column === 'children'),
    ).toMatchObject({ before: 13, after: 1, bound: 12 });
    expect(await restated()).toMatchObject({ then: 13, now: 1, changes: { erasure: -12 } });
  });

  it('is identical after another strategy has decided everything anew, whose effect is told apart', async () => {
    // By leap-1 an email joins two adults; by the other strategy it takes more, and their session is nobody’s for sure.
    const adult = (id: string, more: Partial<DecidedRow>): DecidedRow =>
      child(id, { role: 'adult', email: 'same@example.org', ...more });
    for (const [dataset, nhsNumber] of [
      ['natural-thinkers.user', '1'],
      ['pairs-together-time.user', undefined],
    ] as const)
      await ledger.submit({
        ...{ dataset, period: PERIOD, sequence: 1, supersedes: [] },
        rows: [adult('one', nhsNumber === undefined ? {} : { nhsNumber })],
      });
    await submit([...children(12), adult('session', {})]);
    await close();
    await ledger.adopt(sumStrategy);
    await readModels.project(ledger);
    const { result } = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    expect(result).toMatchObject({ outcome: 'identical', kept: 'stand', differences: [] });
    const { result: compared } = await ended(
      await recounts.compare({ period: PERIOD, then: undefined, now: undefined }, 'data-team'),
    );
    const { cells } = compared as Restatement;
    expect(cells.length).toBeGreaterThan(0);
    for (const { then, now, changes } of cells) expect(changes).toEqual({ strategy: now - then });
    expect(cells.find(({ scope, column }) => scope === 'programme' && column === 'adults')).toMatchObject({
      then: 1,
      now: 0,
    });
  });

  it('is identical after an upgrade of the read models’ tables, during it and once they are filled again', async () => {
    await submit(children(12));
    // What a past version may have had: columns that are gone since, fewer indexes, a table of its own.
    await readModels.asSuperuser(
      `ALTER TABLE ${LIVE_SCHEMA}.numbered_record ADD COLUMN past text NOT NULL DEFAULT 'x';
       ALTER TABLE ${LIVE_SCHEMA}.numbered_individual ADD COLUMN past integer;
       CREATE TABLE ${LIVE_SCHEMA}.past (individual integer)`,
    );
    await close(TABLES_VERSION.replaceAll(/./g, '0'));
    const identical = { outcome: 'identical', kept: 'stand', differences: [] };
    const before = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    expect(before.result).toMatchObject(identical);
    await submit(children(3, 12));
    await createReadModels(readModels.client, LIVE_SCHEMA);
    await readModels.project(ledger);
    const { rows } = await readModels.pool.query(
      `SELECT FROM information_schema.columns WHERE table_schema = '${LIVE_SCHEMA}' AND column_name = 'past'`,
    );
    expect(rows).toEqual([]);
    const after = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    expect(after.result).toMatchObject(identical);
  });

  it('is asked of one edition, by default the latest, and what changed since of the one that is published', async () => {
    await readModels.asSuperuser('TRUNCATE operations.recount');
    await submit(children(12));
    const first = await close();
    await ended(await recounts.reproduce(PERIOD, 'data-team'));
    await ledger.note(releasePublished(PERIOD, 1, first));
    await submit(children(3, 12));
    const second = await close(undefined, 2);
    // Edition 1 was reproduced, and nobody asked for edition 2.
    expect((await recounts.latest()).map(({ kind, edition }) => [kind, edition])).toEqual([
      ['reproduction', 1],
    ]);
    const changed = { then: 12, now: 15, changes: { 'late-data': 3 } };
    expect(await restated()).toMatchObject(changed);
    const { result } = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    expect(result).toMatchObject({ edition: 2, closing: second, outcome: 'identical' });
    expect(await restated(2)).toBeUndefined();
    await ended(await recounts.compare({ period: PERIOD, then: 1, now: undefined }, 'data-team'));
    expect((await recounts.latest()).map(({ kind, edition }) => [kind, edition])).toEqual([
      ...[
        ['reproduction', 1],
        ['restatement', 1],
        ['reproduction', 2],
        ['restatement', 2],
      ],
      ['restatement', null],
    ]);
    expect((await recounts.all(PERIOD)).map(({ edition }) => edition)).toEqual([null, 2, 2, 1, 1]);
  });

  it('waits for figures that are not computed yet, whatever is published', async () => {
    await submit(children(12));
    await ledger.note(quarterClosed(PERIOD));
    await readModels.project(ledger);
    await expect(recounts.reproduce(PERIOD, 'x')).rejects.toMatchObject({
      ...{ status: 409, message: expect.stringContaining('not computed yet') as string },
    });
  });

  it('finds figures that were changed where they are kept', async () => {
    await submit(children(12));
    await close();
    await readModels.asSuperuser(
      `UPDATE ledger.closed_figures SET full_form = convert_to(replace(convert_from(full_form, 'UTF8'), '12', '13'), 'UTF8')`,
    );
    const { result } = await ended(await recounts.reproduce(PERIOD, 'data-team'));
    expect(result).toMatchObject({ outcome: 'identical', kept: 'differ' });
  });

  it('refuses what is not closed, positions beyond the ledger or the wrong way round, and a second at once', async () => {
    await submit(children(12));
    await readModels.project(ledger);
    await expect(recounts.reproduce(PERIOD, 'x')).rejects.toThrow('not closed');
    await expect(recounts.compare({ period: PERIOD, then: undefined, now: 3 }, 'x')).rejects.toThrow(
      'not closed',
    );
    await expect(recounts.compare({ period: PERIOD, then: 9999, now: undefined }, 'x')).rejects.toThrow(
      'ends at position',
    );
    await expect(recounts.compare({ period: PERIOD, then: 3, now: 0 }, 'x')).rejects.toThrow('is behind');
    const running = recounts.compare({ period: PERIOD, then: 1, now: undefined }, 'x');
    const started = await running;
    await expect(recounts.compare({ period: PERIOD, then: 1, now: undefined }, 'x')).rejects.toThrow(
      'already',
    );
    expect((await ended(started)).state).toBe('done');
  });

  it('accepts the next one as soon as the result of the one before can be read', async () => {
    await submit(children(12));
    await close();
    let tidy = (): void => undefined;
    const tidied = new Promise<void>((resolve) => (tidy = resolve));
    const { pool } = readModels;
    const slow = withMethods(pool, {
      query: (async (text: string, values?: unknown[]) => {
        if (text.startsWith('DELETE')) await tidied;
        return pool.query(text, values);
      }) as never,
    });
    recounts = new Recounts({
      ...{ store: ledger.store, stream: STREAM, pool: slow },
      ...{ programme: 'leap' as ProgrammeId, onError: () => undefined, remedy: remedyHere },
    });
    await ended(await recounts.reproduce(PERIOD, 'data-team'));
    const next = await recounts.reproduce(PERIOD, 'data-team');
    expect((await ended(next)).state).toBe('done');
    tidy();
  });

  it('leaves no schema behind, and is marked as interrupted after a kill', async () => {
    await submit(children(12));
    await close();
    await ended(await recounts.reproduce(PERIOD, 'data-team'));
    const { rows } = await readModels.pool.query(`SELECT FROM pg_namespace WHERE nspname LIKE 'recount%'`);
    expect(rows).toEqual([]);
    await readModels.pool.query(
      `INSERT INTO operations.recount (recount_id, kind, asked, asked_by, state, head) VALUES (gen_random_uuid(), 'reproduction', '{}', 'x', 'running', 1)`,
    );
    await recounts.clearInterrupted();
    const left = await readModels.pool.query(`SELECT FROM operations.recount WHERE state = 'running'`);
    expect(left.rows).toEqual([]);
  });
});
