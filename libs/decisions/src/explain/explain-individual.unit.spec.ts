import { isLinked, RowChunk, type LedgerEvent, type RecordId } from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import { history, historyWithConstraints, kin1Settings, runs, type Step } from '@kinledger/domain/testing';
import type { EventStore } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programmeOfHistories, RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';
import { explainIndividual, isNotInLedger, type Explanation } from './explain-individual.js';

type Row = readonly [id: string, ...tokens: (readonly [domain: string, value: string])[]];
const guards = ['birth-date', 'gender'];
const submit = (dataset: number, ...rows: readonly Row[]): Step => ({
  ...{ kind: 'submit', dataset, period: 0, replaces: false, repeats: false },
  rows: rows.map(([id, ...tokens]) => ({
    ...{ id, role: 'adult' as const, note: id },
    tokens: tokens.map(
      ([domain, value]) => [domain, guards.includes(domain) ? 'guard' : 'identity', value] as const,
    ),
  })),
});

const explain = (store: EventStore, id: string, change: { asAt?: number; sensitive?: string } = {}) =>
  explainIndividual({
    ...{ store, stream: STREAM, id, signal: new AbortController().signal },
    ...(change.asAt === undefined ? {} : { asAt: change.asAt }),
    engine: (options) => new LinkageEngine(options),
    isSensitive: (dataset) => dataset === change.sensitive,
  });

const eventsOf = async (store: EventStore) =>
  (await store.readPage(STREAM, 0, 10_000)).map(
    ({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as LedgerEvent,
  );
/** Placements of the ledger, in its order. */
const placementsOf = async (store: EventStore) =>
  (await eventsOf(store)).flatMap((event) => (event.type === 'RecordsPlaced' ? event.data.placements : []));
const happenings = ({ steps }: Explanation) => steps.flatMap(({ happened }) => happened);

/** Somebody with two names for one service, whom a second service knows to be one; another has one of her numbers. */
const merge: readonly Step[] = [
  submit(
    0,
    ['r0', ['email', 'e0']],
    ['r1', ['nhs-number', 'n1']],
    ['r2', ['email', 'e0'], ['nhs-number', 'n2']],
  ),
  submit(1, ['r3', ['email', 'e9'], ['nhs-number', 'n1']], ['r4', ['email', 'e9'], ['nhs-number', 'n7']]),
];

describe('an explanation of an individual', () => {
  it('tells which records joined, by which rule, through which record, from which file and why', async () => {
    const { store } = await RecordedHistory.of(merge);
    const [, known, , joining] = await placementsOf(store);
    const explanation = await explain(store, joining?.record ?? '');
    expect(explanation.record).toBe(joining?.record);
    expect(explanation.records).toEqual([known?.record, joining?.record]);
    expect(happenings(explanation)).toMatchObject([
      { what: 'registered', record: known?.record, rule: 'first-of-its-kind', strategy: 'leap-1' },
      {
        what: 'joined',
        record: joining?.record,
        rule: 'nhs-number',
        through: known?.record,
        strategy: 'leap-1',
      },
      { what: 'referred', reason: 'nhs-numbers-differ', rule: 'email' },
    ]);
    const [, second] = explanation.steps;
    expect(second).toMatchObject({
      replay: 'equal',
      caused: { kind: 'file', cause: 'file-2', by: 'officer' },
    });
    expect(explanation.submissions).toMatchObject([
      { dataset: 'alpha.user', agreement: 'agreement', attestedBy: 'officer' },
      { dataset: 'beta.user', agreement: 'agreement', attestedBy: 'officer' },
    ]);
  });

  it('tells what else was considered, and why it lost', async () => {
    const { store } = await RecordedHistory.of(merge);
    const placements = await placementsOf(store);
    const { steps } = await explain(store, placements[3]?.record ?? '');
    expect(steps.at(-1)?.considered).toMatchObject([
      {
        record: placements[3]?.record,
        tokens: [
          { rule: 'nhs-number', holders: 2 },
          { rule: 'email', holders: 2 },
        ],
        rivals: [{ rule: 'email', record: placements[4]?.record, verdict: 'nhs-numbers-differ' }],
      },
    ]);
  });

  it('follows merges, splits and withdrawals, and says who asked for them and why', async () => {
    const bridge = submit(1, ['r5', ['email', 'e0'], ['nhs-number', 'n1']]);
    const recorded = await RecordedHistory.of([
      submit(0, ['r0', ['email', 'e0']], ['r1', ['nhs-number', 'n1']]),
      bridge,
      { kind: 'withdraw', pick: -1 },
    ]);
    const [first, second] = await placementsOf(recorded.store);
    const { steps, records } = await explain(recorded.store, first?.record ?? '');
    expect(records).toEqual([first?.record]);
    expect(steps.map(({ type }) => type)).toEqual([
      'SubmissionLinked',
      'SubmissionLinked',
      'SubmissionWithdrawn',
    ]);
    expect(steps[1]?.happened.map(({ what }) => what)).toContain('merged');
    expect(steps[2]?.caused).toMatchObject({
      kind: 'command',
      command: 'withdraw-submission-3',
      by: 'data-team',
    });
    expect(steps[2]?.caused).toMatchObject({ reason: 'asked-for', organisation: 'provider' });
    expect(steps[2]?.happened).toMatchObject([
      { what: 'left', reason: 'withdrawn' },
      { what: 'left', record: second?.record, reason: 'split' },
    ]);
  });

  it('forwards an id that was merged, and names it among those that it absorbed', async () => {
    const { store } = await RecordedHistory.of([
      submit(0, ['r0', ['email', 'e0']], ['r1', ['nhs-number', 'n1']]),
      submit(1, ['r5', ['email', 'e0'], ['nhs-number', 'n1']]),
    ]);
    const merged = (await eventsOf(store)).find(({ type }) => type === 'IndividualsMerged');
    if (merged?.type !== 'IndividualsMerged') throw new Error('nobody was merged');
    const { individual, absorbed, records } = await explain(store, merged.data.absorbed);
    expect([individual, absorbed]).toEqual([merged.data.individual, [merged.data.absorbed]]);
    expect(records).toHaveLength(3);
    const before = await explain(store, merged.data.absorbed, { asAt: merged.revision - 2 });
    expect([before.individual, before.absorbed, before.records.length]).toEqual([
      merged.data.absorbed,
      [],
      1,
    ]);
  });

  it('leaves out sensitive datasets, as if they knew nobody', async () => {
    const { store } = await RecordedHistory.of(merge);
    const placements = await placementsOf(store);
    const explanation = await explain(store, placements[1]?.record ?? '', { sensitive: 'beta.user' });
    const text = JSON.stringify(explanation);
    for (const { record } of placements.slice(3)) expect(text).not.toContain(record);
    expect(text).not.toContain('beta');
    expect(explanation.steps).toHaveLength(1);
  });

  it('knows neither a record of a sensitive dataset nor an individual that only such records make', async () => {
    const { store } = await RecordedHistory.of([
      submit(0, ['r0', ['email', 'e0']]),
      submit(1, ['r1', ['email', 'e0']], ['r2', ['email', 'e2']]),
    ]);
    const [shown, hidden, alone] = await placementsOf(store);
    const refused = (id: string) => explain(store, id, { sensitive: 'beta.user' });
    const alonesIndividual = alone !== undefined && isLinked(alone) ? alone.individual : '';
    for (const id of [hidden?.record ?? '', alone?.record ?? '', alonesIndividual])
      await expect(refused(id)).rejects.toThrow(`the ledger has no record and no individual ${id} up to`);
    const told = await refused(shown?.record ?? '');
    expect(told.steps[0]?.considered[0]?.tokens).toMatchObject([{ rule: 'email', holders: 1 }]);
  });

  it('tells a record that met a withheld one alone as the first of its individual', async () => {
    const { store } = await RecordedHistory.of([
      submit(1, ['r1', ['email', 'e0']]),
      submit(0, ['r0', ['email', 'e0']]),
    ]);
    const [, joining] = await placementsOf(store);
    expect(happenings(await explain(store, joining?.record ?? ''))[1]).toMatchObject({ what: 'joined' });
    const told = await explain(store, joining?.record ?? '', { sensitive: 'beta.user' });
    expect(happenings(told)).toMatchObject([
      { what: 'registered', rule: 'first-of-its-kind', record: joining?.record },
    ]);
    expect(happenings(told)[0]).not.toMatchObject({ through: expect.anything() as string });
  });

  it('tells a link to a withheld record by a record that is shown, or as one that is not shown', async () => {
    const steps = [
      submit(0, ['r0', ['email', 'e0'], ['mobile', 'm0']]),
      submit(1, ['r1', ['email', 'e0'], ['nhs-number', 'n1']]),
      submit(2, ['r2', ['nhs-number', 'n1'], ['mobile', 'm0']], ['r3', ['nhs-number', 'n1']]),
    ];
    const { store } = await RecordedHistory.of(steps);
    const [first, withheld, byBoth, byWithheld] = await placementsOf(store);
    expect(byBoth).toMatchObject({ rule: 'nhs-number', through: withheld?.record });
    const told = await explain(store, first?.record ?? '', { sensitive: 'beta.user' });
    expect(happenings(told).slice(1)).toMatchObject([
      { what: 'joined', record: byBoth?.record },
      { what: 'joined', record: byWithheld?.record, rule: 'nhs-number', through: byBoth?.record },
    ]);
    expect(JSON.stringify(told)).not.toContain(withheld?.record);
    const alone = await RecordedHistory.of(
      steps.map((step, at) => (at < 2 ? step : submit(2, ['r3', ['nhs-number', 'n1']]))),
    );
    const lone = await placementsOf(alone.store);
    const gap = await explain(alone.store, lone[0]?.record ?? '', { sensitive: 'beta.user' });
    expect(happenings(gap)[1]).toMatchObject({ what: 'joined', rule: 'not-shown', through: undefined });
  });

  it('does not say of a fact that it could belong to several, where only one of these is shown', async () => {
    const reasons = async (other: number) => {
      const { store } = await RecordedHistory.of([
        submit(0, ['r0', ['email', 'e0'], ['nhs-number', 'n1']]),
        submit(other, ['r1', ['email', 'e0'], ['nhs-number', 'n2']]),
        submit(3, ['s', ['email', 'e0']]),
      ]);
      const [first, , fact] = await placementsOf(store);
      expect(fact).toMatchObject({ setAside: 'referred' });
      const told = await explain(store, first?.record ?? '', { sensitive: 'beta.user' });
      return happenings(told).flatMap((one) =>
        one.what === 'referred' && one.subject === fact?.record ? [[one.reason, one.rule]] : [],
      );
    };
    expect(await reasons(2)).toEqual([['ambiguous', 'email']]);
    expect(await reasons(1)).toEqual([['not-shown', 'email']]);
  });

  it('names as missing the bodies of its own records that are shown, and of no others', async () => {
    const { store } = await RecordedHistory.of([
      submit(0, ['r0', ['email', 'e0']]),
      submit(1, ['r1', ['email', 'e0']]),
      submit(2, ['r2', ['email', 'e2']]),
    ]);
    const [own, withheld, another] = await placementsOf(store);
    const missing = [own, withheld, another].map((one) => one?.record as RecordId);
    const without = withMethods(store, {
      readSegments: async (stream: string, from: number, to: number) =>
        (await store.readSegments(stream, from, to)).map((segment) => {
          const chunk = new RowChunk(segment.bytes);
          return missing.includes(chunk.recordOf(0) as RecordId)
            ? { ...segment, bytes: chunk.withoutRows([0]) }
            : segment;
        }),
    });
    const told = await explain(without, missing[0] ?? '', { sensitive: 'beta.user' });
    expect(told.faults.map(({ record }) => record)).toEqual([missing[0]]);
  });

  it('leaves out a merge of somebody whom only withheld records know, and what people decided of withheld rows', async () => {
    const { store } = await RecordedHistory.of([
      submit(0, ['r0', ['email', 'e0']]),
      submit(1, ['r1', ['email', 'e1']]),
      { kind: 'constrain', type: 'LinkReviewed', picks: [0, 1] },
    ]);
    const placements = await placementsOf(store);
    const [first] = placements;
    const events = await eventsOf(store);
    expect(events.some(({ type }) => type === 'IndividualsMerged')).toBe(true);
    expect((await explain(store, first?.record ?? '')).steps).toHaveLength(3);
    for (const sensitive of ['alpha.user', 'beta.user']) {
      const shown = placements[sensitive === 'beta.user' ? 0 : 1];
      const told = await explain(store, shown?.record ?? '', { sensitive });
      expect(told.steps).toHaveLength(1);
      // Whoever was known keeps the id, which forwards.
      expect(told.absorbed).toHaveLength(sensitive === 'beta.user' ? 0 : 1);
      expect(told.records).toEqual([shown?.record]);
    }
  });

  it('says so where the ledger has no such id, and where a record belongs to nobody', async () => {
    const { store } = await RecordedHistory.of([submit(0, ['r0'])]);
    const [alone] = await placementsOf(store);
    await expect(explain(store, '0'.repeat(32))).rejects.toSatisfy(isNotInLedger);
    await expect(explain(store, alone?.record ?? '')).rejects.toThrow('it was set aside');
  });

  it('has for every live individual of any history the records that the ledger has, each with its ground', async () => {
    await fc.assert(
      fc.asyncProperty(history(8), fc.nat(50), async (steps, pick) => {
        const recorded = await RecordedHistory.of(steps);
        // A rotation of the token keys explains nothing, and is in nobody's way.
        if (pick % 2 === 0) await recorded.rotateKeys();
        const { reader } = recorded.player.world;
        const live = [...reader.records.keys()].filter((record) =>
          recorded.ledger.engine.consider(record, () => true),
        );
        const record = live[pick % Math.max(1, live.length)];
        if (record === undefined) return;
        const explanation = await explain(recorded.store, record).catch((error: unknown) => {
          if (!isNotInLedger(error)) throw error;
          return undefined;
        });
        if (explanation === undefined) return;
        const { individual } = explanation;
        const own = (one: RecordId) => individualNow(explanation, one) === individual;
        expect(explanation.records.every(own)).toBe(true);
        expect(explanation.steps.every(({ replay }) => replay === 'equal')).toBe(true);
        for (const one of explanation.records)
          expect(
            happenings(explanation).some(
              (happening) => 'record' in happening && happening.record === one && happening.what !== 'left',
            ),
          ).toBe(true);
      }),
      runs(20),
    );
  });
});

describe('an explanation of an individual of whom a sensitive dataset knows something too', () => {
  it('names no withheld record and no withheld row, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithConstraints(8), fc.nat(50), async (steps, pick) => {
        const programme = programmeOfHistories(kin1Settings, { sensitive: ['beta.user'] });
        const recorded = await RecordedHistory.begin(undefined, programme);
        for (const step of steps) await recorded.step(step);
        const { engine } = recorded.ledger;
        const { reader } = recorded.player.world;
        const rows = [...reader.records.keys()].map((record) => ({ record, row: engine.rowOf(record) }));
        const shown = rows.filter(({ row }) => row?.dataset !== 'beta.user').map(({ record }) => record);
        const record = shown[pick % Math.max(1, shown.length)];
        if (record === undefined) return;
        const told = await explain(recorded.store, record, { sensitive: 'beta.user' }).catch(
          (error: unknown) => {
            if (!isNotInLedger(error)) throw error;
            return undefined;
          },
        );
        const text = JSON.stringify(told ?? '');
        for (const { record: one, row } of rows)
          if (row?.dataset === 'beta.user') {
            expect(text).not.toContain(one);
            expect(text).not.toContain(row.rowKey);
          }
      }),
      runs(40),
    );
  });

  it('tells of no doubt that values differ of which the shown rows of the individuals in it have one at most', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(rowOfAnyDataset, { minLength: 3, maxLength: 5 }), async (rows) => {
        const recorded = await RecordedHistory.begin();
        for (const [at, { dataset, tokens }] of rows.entries())
          await recorded.step(submit(dataset, [`r${at}`, ...tokens]));
        const { engine, closedAt } = recorded.ledger;
        const placed = (await placementsOf(recorded.store)).map(({ record }, at) => ({
          ...{ record, individual: engine.individualOf(record) ?? record },
          ...{ isShown: rows[at]?.dataset !== HIDDEN, tokens: rows[at]?.tokens ?? [] },
        }));
        for (const { record } of placed.filter(({ isShown }) => isShown)) {
          const { steps } = await explain(recorded.store, record, { sensitive: 'beta.user' }).catch(
            (error: unknown) => {
              if (!isNotInLedger(error)) throw error;
              return { steps: [] };
            },
          );
          const last = steps.at(-1);
          if (last?.to !== closedAt) continue;
          for (const doubt of last.happened.flatMap((one) => (one.what === 'referred' ? [one] : []))) {
            const named = [doubt.subject, ...doubt.candidates];
            const whose = placed.flatMap((one) => (named.includes(one.record) ? [one.individual] : []));
            const shown = placed.filter((one) => one.isShown && whose.includes(one.individual));
            const domain = differing[doubt.reason];
            if (domain === undefined) continue;
            told += 1;
            const values = shown.flatMap(({ tokens }) => tokens.filter(([of]) => of === domain));
            expect(new Set(values.map(([, value]) => value)).size).toBeGreaterThan(1);
          }
        }
      }),
      runs(120),
    );
    expect(told).toBeGreaterThan(0);
  });
});

/** Reasons of doubts, by the domain of the values that differ. */
const differing: Readonly<Record<string, string>> = {
  'nhs-numbers-differ': 'nhs-number',
  'genders-differ': 'gender',
  'birth-dates-differ': 'birth-date',
};
const HIDDEN = 1;

/** Few values, so that rows meet and contradict each other. */
const rowOfAnyDataset = fc.record({
  dataset: fc.nat(2),
  tokens: fc
    .tuple(
      fc.constantFrom('k0', 'k1'),
      fc.constantFrom('e0', 'e0', undefined),
      fc.constantFrom('n0', 'n1', undefined, undefined),
      fc.constantFrom('f', 'm', undefined, undefined),
      fc.constantFrom('1980-01-01', '1991-02-03', undefined, undefined),
    )
    .map((values) =>
      (['child-key', 'email', 'nhs-number', 'gender', 'birth-date'] as const).flatMap((domain, at) => {
        const value = values[at];
        return value === undefined ? [] : [[domain, value] as const];
      }),
    ),
});

/** The individual to which the explanation says that a record belongs in the end. */
function individualNow({ steps, individual, absorbed }: Explanation, record: RecordId): string | undefined {
  let now: string | undefined;
  for (const one of steps.flatMap(({ happened }) => happened)) {
    if (!('record' in one) || one.record !== record) continue;
    if (one.what === 'registered' || one.what === 'joined') now = one.individual;
    else if (one.what === 'came-by-split') now = individual;
    else if (one.what === 'left') now = undefined;
  }
  return now !== undefined && absorbed.some((id) => id === now) ? individual : now;
}
