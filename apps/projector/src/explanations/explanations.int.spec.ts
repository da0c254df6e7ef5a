import { isNotInLedger } from '@kinledger/decisions';
import type { Caller } from '@kinledger/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type { DecidedLedger } from '../projection/decided-ledger.testing.js';
import { projectLedger } from '../projection/project-ledger.js';
import { ReadModelsUnderTest } from '../projection/read-models-under-test.testing.js';
import { STREAM } from '../projection/small-ledger.testing.js';
import { Looks } from '../looks/looks.js';
import type { Explain } from './explain-in-worker.js';
import { explained } from './explained.js';
import { Explanations, forgetExplanations, type AnsweredExplanation } from './explanations.js';

const auditor: Caller = { person: 'auditor', roles: ['auditor'] };
const colleague: Caller = { person: 'colleague', roles: ['auditor'] };
const reason = 'complaint 2024-17: two children counted as one';
const nobody = '0'.repeat(32);
const { signal } = new AbortController();

describe('explanations', () => {
  const readModels = new ReadModelsUnderTest();
  let ledger: DecidedLedger;
  let explanations: Explanations;
  let looks: Looks;
  let child: string;
  let record: string;
  const errors: unknown[] = [];

  /** As the thread does it, in this one. */
  const inProcess: Explain = async ({ subject, other, asAt }, { signal, onProgress }) => {
    // The strategy of this ledger is in no definition, so that its engine cannot be asked about pairs.
    const records = [{ individual: child }, {}];
    if (other !== null && other !== nobody)
      return { individuals: [child, undefined], json: JSON.stringify({ kind: 'pair', records }) };
    try {
      return await explained(
        { store: ledger.store, stream: STREAM, asAt, signal, onProgress },
        subject,
        other,
      );
    } catch (error) {
      if (isNotInLedger(error)) return { notInLedger: error.message };
      throw error;
    }
  };
  const open = (explain: Explain) =>
    new Explanations({
      ...{ store: ledger.store, stream: STREAM, pool: readModels.pool, explain },
      onError: (error) => errors.push(error),
    });
  const ended = async (id: string, caller = auditor): Promise<AnsweredExplanation | undefined> => {
    for (;;) {
      const found = await explanations.find(id, caller);
      if (found === undefined || found.state === 'done' || found.state === 'failed') return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const trail = () => looks.page({ limit: 10 });

  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());
  beforeEach(async () => {
    errors.length = 0;
    ledger = await readModels.open();
    await ledger.submit({
      ...{ dataset: 'natural-thinkers.engagement', period: '2022-23-Q3', sequence: 1, supersedes: [] },
      rows: ['one', 'two'].map((id) => ({
        ...{ id, role: 'child', childKey: 'a child', attributes: {}, asOf: '2022-11-01', attended: true },
      })),
    } as never);
    await readModels.project(ledger);
    const { rows } = await readModels.pool.query<{ child: string; record: string }>(
      `SELECT replace(individual_id::text, '-', '') AS child, replace(record_id::text, '-', '') AS record
       FROM golden.record WHERE individual_id IS NOT NULL LIMIT 1`,
    );
    ({ child, record } = rows[0] ?? { child: '', record: '' });
    await readModels.pool.query('DELETE FROM operations.explanation');
    looks = new Looks(readModels.pool);
    explanations = open(inProcess);
  });
  afterEach(() => explanations.stop());

  it('tells how an individual came to be, to the person who asked alone, and notes the look', async () => {
    const { id } = await explanations.ask({ subject: child, reason }, auditor);
    const found = await ended(id);
    expect(found).toMatchObject({ state: 'done', subject: child, result: { individual: child } });
    expect(await explanations.find(id, colleague)).toBeUndefined();
    expect(await explanations.all(colleague)).toEqual([]);
    expect(await explanations.all(auditor)).toMatchObject([{ id, state: 'done' }]);
    expect((await trail())[0]).toMatchObject({
      ...{ id, person: 'auditor', roles: ['auditor'], via: 'service', writtenBy: 'kinledger_projector' },
      ...{ subject: child, individual: child, reason, outcome: 'explained', organisation: null },
      asAt: await ledger.store.head(STREAM),
    });
    expect(await looks.csv(child)).toContain(`,${reason},explained,`);
  });

  it('answers a question that was answered before from what is kept, and notes this look too', async () => {
    await ended((await explanations.ask({ subject: child, reason }, auditor)).id);
    const unread = open(() => Promise.reject(new Error('read again')));
    const again = await unread.ask({ subject: child, reason: 'a second pair of eyes' }, colleague);
    expect(again.state).toBe('done');
    expect(await unread.find(again.id, colleague)).toMatchObject({ result: { individual: child } });
    expect((await trail()).slice(0, 2).map(({ person, outcome }) => [person, outcome])).toEqual([
      ['colleague', 'explained'],
      ['auditor', 'explained'],
    ]);
  });

  it('forgets what was answered once another definition is applied, which may call further datasets sensitive', async () => {
    await ended((await explanations.ask({ subject: child, reason }, auditor)).id);
    const kept = async () => {
      await projectLedger({
        ...{ store: ledger.store, stream: STREAM, client: readModels.client, schema: LIVE_SCHEMA, signal },
        ...{ more: () => Promise.resolve(false), onForget: forgetExplanations },
      });
      return (await explanations.all(auditor)).length;
    };
    await ledger.submit({
      ...{ dataset: 'natural-thinkers.engagement', period: '2022-23-Q4', sequence: 1, supersedes: [] },
      rows: [
        {
          id: 'three',
          role: 'child',
          childKey: 'another',
          attributes: {},
          asOf: '2023-01-10',
          attended: true,
        },
      ],
    } as never);
    expect(await kept()).toBe(1);
    await ledger.define((document) => ({
      ...document,
      definition: {
        ...document.definition,
        datasets: document.definition.datasets.map((dataset) => ({ ...dataset, sensitive: true })),
      },
    }));
    expect(await kept()).toBe(0);
  });

  it('says whether two records are together, and notes the look at both', async () => {
    const { rows } = await readModels.pool.query<{ record: string }>(
      `SELECT replace(record_id::text, '-', '') AS record FROM golden.record WHERE individual_id IS NOT NULL
       ORDER BY record_id LIMIT 2`,
    );
    const [one = '', other = ''] = rows.map((row) => row.record);
    const asked = await explanations.ask({ subject: one, other, reason }, auditor);
    const found = await ended(asked.id);
    expect(found).toMatchObject({ state: 'done', subject: one, other, result: { kind: 'pair' } });
    const noted = (await trail()).slice(0, 2);
    expect(noted.map(({ subject }) => subject).toSorted()).toEqual([one, other].toSorted());
    expect(noted.map(({ outcome }) => outcome)).toEqual(['explained', 'explained']);
    expect(noted.find(({ subject }) => subject === one)?.individual).toBe(child);
    expect(noted.find(({ subject }) => subject === other)?.individual).toBeNull();
    // The answer to another question about the first record is not this one.
    const alone = await ended((await explanations.ask({ subject: one, reason }, auditor)).id);
    expect(alone?.result).not.toHaveProperty('kind');
    const again = await explanations.ask({ subject: one, other, reason }, colleague);
    expect(again.state).toBe('done');
    expect((await trail()).slice(0, 2).map(({ person, outcome }) => [person, outcome])).toEqual([
      ['colleague', 'explained'],
      ['colleague', 'explained'],
    ]);
  });

  it('notes the look at both records where the ledger has one of them alone, and refuses one record twice', async () => {
    const asked = await explanations.ask({ subject: record, other: nobody, reason }, auditor);
    expect(await ended(asked.id)).toMatchObject({ state: 'failed' });
    expect((await trail()).slice(0, 2).map(({ outcome }) => outcome)).toEqual([
      'not-in-ledger',
      'not-in-ledger',
    ]);
    await expect(explanations.ask({ subject: record, other: record, reason }, auditor)).rejects.toMatchObject(
      { code: 'same-record' },
    );
  });

  it('says that the ledger has nobody of that id, and that a position is beyond it', async () => {
    const found = await ended((await explanations.ask({ subject: nobody, reason }, auditor)).id);
    expect(found).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('has no record') as string,
    });
    expect((await trail())[0]).toMatchObject({ subject: nobody, outcome: 'not-in-ledger', individual: null });
    await expect(explanations.ask({ subject: child, asAt: 10_000, reason }, auditor)).rejects.toMatchObject({
      code: 'position-beyond-ledger',
    });
  });

  it('fails without the text of an error, and notes that', async () => {
    explanations = open(() => Promise.reject(new Error('with something secret in it')));
    const found = await ended((await explanations.ask({ subject: child, reason }, auditor)).id);
    expect(found).toMatchObject({ state: 'failed', reason: 'It failed: the projector’s log says why.' });
    expect((await trail())[0]).toMatchObject({ outcome: 'failed' });
    expect(errors).toHaveLength(1);
  });

  it('forgets every answer when somebody is erased, also one that is being read for', async () => {
    const kept = await explanations.ask({ subject: child, reason }, auditor);
    await ended(kept.id);
    let read: () => void = () => undefined;
    const erased = new Promise<void>((resolve) => (read = resolve));
    let running: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (running = resolve));
    explanations = open(async (question, explaining) => {
      running();
      await erased;
      return inProcess(question, explaining);
    });
    const unread = await explanations.ask({ subject: record, reason }, auditor);
    await begun;
    const client = await readModels.pool.connect();
    try {
      await client.query('BEGIN');
      await forgetExplanations(client);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    read();
    await expect
      .poll(async () => (await trail())[0])
      .toMatchObject({ id: unread.id, outcome: 'stopped', individual: null });
    expect(await explanations.all(auditor)).toEqual([]);
    expect((await readModels.pool.query('SELECT FROM operations.explanation')).rowCount).toBe(0);
  });

  it('ends with the service, and says so; so does one whose process is gone', async () => {
    explanations = open(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopped'))),
        ),
    );
    const { id } = await explanations.ask({ subject: child, reason }, auditor);
    const waiting = await explanations.ask({ subject: child, asAt: 1, reason }, auditor);
    await explanations.stop();
    expect(await explanations.find(id, auditor)).toMatchObject({ state: 'failed' });
    expect(await explanations.find(waiting.id, auditor)).toMatchObject({ state: 'failed' });
    expect((await trail()).slice(0, 2).map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped']);
    await readModels.pool.query(
      `UPDATE operations.explanation SET state = 'running', reason = NULL, tended_at = now() - interval '2 minutes'`,
    );
    explanations = open(inProcess);
    explanations.start();
    await expect.poll(() => explanations.find(id, auditor)).toMatchObject({ state: 'failed' });
    expect(errors).toEqual([]);
  });

  it('refuses an eleventh question while ten wait', async () => {
    explanations = open(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopped'))),
        ),
    );
    for (let n = 0; n < 10; n += 1) await explanations.ask({ subject: child, reason }, auditor);
    await expect(explanations.ask({ subject: child, reason }, auditor)).rejects.toMatchObject({
      code: 'explanations-waiting',
    });
  });
});
