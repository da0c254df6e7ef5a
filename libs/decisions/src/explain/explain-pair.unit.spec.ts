import type { LedgerEvent, RecordId } from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import {
  child,
  kin1Settings,
  rowKeyOf,
  type Child,
  type RowSpec,
  type Step,
} from '@kinledger/domain/testing';
import type { EventStore } from '@kinledger/event-store';
import { describe, expect, it } from 'vitest';
import { programmeOfHistories, RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';
import { explainIndividual, isNotInLedger } from './explain-individual.js';
import { explainPairInLedger } from './explain-pair.js';
import { examineReferral } from '../reviews/examine-referral.js';
import { pairFinding } from './pair-texts.js';

const { signal } = new AbortController();
const ada: Child = { born: '2020-03-04', letters: 'ada', postcode: 'se1 1aa' };
const { postcode: _, ...noAddress } = ada;
const nhs = (value: string) => ['nhs-number', 'identity', value] as const;

const submit = (dataset: number, ...rows: readonly RowSpec[]): Step => ({
  ...{ kind: 'submit', dataset, period: 0, replaces: false, repeats: false, rows },
});
const scored = (sensitive: readonly string[] = []) => programmeOfHistories(kin1Settings, { sensitive });

async function recorded(steps: readonly Step[], sensitive: readonly string[] = []) {
  const history = await RecordedHistory.begin(undefined, scored(sensitive));
  for (const step of steps) await history.step(step);
  const events = (await history.store.readPage(STREAM, 0, 10_000)).map(
    ({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as LedgerEvent,
  );
  const placed = events.flatMap((event) => (event.type === 'RecordsPlaced' ? event.data.placements : []));
  const explain = (one: number, other: number, asAt?: number) =>
    explainPairInLedger({
      ...{ store: history.store, stream: STREAM, signal },
      ids: [placed[one]?.record ?? '', placed[other]?.record ?? ''],
      ...(asAt === undefined ? {} : { asAt }),
    });
  return { history, events, placed, explain };
}

/** The two rows of one child, as two services know it. */
const twice: readonly Step[] = [submit(0, child('a', ada)), submit(1, child('b', ada))];

describe('the answer to why two records are together', () => {
  it('has the links, with weights under the very model that the ledger names', async () => {
    const { explain, placed, events } = await recorded(twice);
    const found = await explain(0, 1);
    const adopted = events.find(({ type }) => type === 'StrategyAdopted');
    const model = adopted?.type === 'StrategyAdopted' ? adopted.data.parameters['model'] : undefined;
    expect(found.strategy).toEqual({ name: 'kin-1', model, adoptedAt: adopted?.revision });
    expect(found.records.map(({ record, dataset }) => [record, dataset])).toEqual([
      [placed[0]?.record, 'alpha.user'],
      [placed[1]?.record, 'beta.user'],
    ]);
    expect(found.records[0].individual).toBe(found.records[1].individual);
    expect(found.relation?.links[0]?.compared?.weights.model).toBe(model);
    expect(pairFinding(found)).toBe('The two records belong to one individual');
  });

  it('is that of the ledger as it stood', async () => {
    const { explain, events } = await recorded([...twice, { kind: 'withdraw', pick: -1 }]);
    const linked = events.filter(({ type }) => type === 'SubmissionLinked').at(-1);
    expect((await explain(0, 1, linked?.revision)).relation?.isTogether).toBe(true);
    const now = await explain(0, 1);
    expect(now.relation).toBeUndefined();
    expect(now.records.map(({ notCounted }) => notCounted)).toEqual([undefined, 'withdrawn']);
    expect(pairFinding(now)).toBe('The second record does not count: its file was withdrawn');
  });
});

describe('the answer to why two records are not together', () => {
  it('names the referral that waits for a person', async () => {
    const { explain, events } = await recorded([
      submit(0, child('a', noAddress)),
      submit(1, child('b', noAddress)),
    ]);
    const referred = events.find(({ type }) => type === 'LinkReferred');
    if (referred?.type !== 'LinkReferred') throw new Error('nothing was referred');
    const found = await explain(0, 1);
    expect(found.referrals).toMatchObject([
      { referral: referred.data.referral, reason: 'ambiguous', since: referred.revision },
    ]);
    expect(pairFinding(found)).toBe(
      'The two records are not together: their score is too low to link them without a person; a person has yet to decide',
    );
  });

  it('names who decided so', async () => {
    const { explain } = await recorded([
      ...twice,
      { kind: 'constrain', type: 'LinkForbidden', picks: [0, 1] },
    ]);
    const found = await explain(0, 1);
    expect(found.relation?.reasons[0]).toBe('forbidden');
    expect(found.reviews).toMatchObject([{ decision: 'LinkForbidden', by: 'data-team' }]);
  });

  it('knows no record of a sensitive dataset, and no rival of one', async () => {
    const rows = [child('a', ada, nhs('1')), child('b', ada), child('c', ada, nhs('2'))];
    const steps = rows.map((row, at) => submit(at, row));
    const { explain, placed } = await recorded(steps, ['gamma.user']);
    await expect(explain(0, 2)).rejects.toSatisfy(isNotInLedger);
    await expect(explain(0, 2)).rejects.toThrow(`the ledger has no record ${placed[2]?.record ?? ''} up to`);
    const found = await explain(0, 1);
    expect(found.relation?.reasons).toEqual(['kept-apart-by-others']);
    expect(JSON.stringify(found)).not.toContain(placed[2]?.record);
    expect(JSON.stringify(found)).not.toContain('gamma');
  });

  it('tells of a doubt no score that the ledger states for a record of a sensitive dataset, nor does a look at it', async () => {
    const strategy = { ...kin1Settings, linkFrom: 40_000 };
    const programme = programmeOfHistories(strategy, { sensitive: ['gamma.user'] });
    const history = await RecordedHistory.begin(undefined, programme);
    // The first row in the order of row keys is the subject of the referral, of which the other two are candidates.
    const first = Array.from({ length: 100 }, (_, at) => `a${at}`).find((id) =>
      [rowKeyOf('beta.user', 'b'), rowKeyOf('gamma.user', 'c')].every(
        (key) => rowKeyOf('alpha.user', id) < key,
      ),
    );
    const rows = [child(first ?? '', ada), child('b', noAddress), child('c', ada)];
    for (const [at, row] of rows.entries()) await history.step(submit(at, row));
    const events = (await history.store.readPage(STREAM, 0, 10_000)).map(
      ({ bytes }) => JSON.parse(Buffer.from(bytes).toString('utf8')) as LedgerEvent,
    );
    const [a, b] = events.flatMap((event) =>
      event.type === 'RecordsPlaced' ? event.data.placements.map(({ record }) => record) : [],
    );
    if (a === undefined || b === undefined) throw new Error('nobody was placed');
    const found = await explainPairInLedger({
      ...{ store: history.store, stream: STREAM, signal, ids: [a, b] as const },
    });
    const own = found.relation?.compared?.weights.score;
    const isSensitive = (dataset: string) => dataset === 'gamma.user';
    const looks = [...history.ledger.reviews.referrals()].flatMap(([id, { score }]) => {
      const examined = examineReferral(history.ledger, id, isSensitive);
      return examined?.pairs.length ? [{ examined, score }] : [];
    });
    expect(found.referrals.length).toBeGreaterThan(0);
    expect(looks.length).toBeGreaterThan(0);
    for (const { examined, score } of looks) {
      expect(score).not.toBe(own);
      expect(examined.pairs.map(({ weighed }) => weighed?.weights.score)).toEqual([own]);
      // Nobody is shown the consequences themselves.
      const pairs = examined.pairs.map(({ consequences: __, ...pair }) => pair);
      for (const told of [{ ...examined, pairs }, found]) {
        expect(JSON.stringify(told)).toContain(`"score":${own}`);
        expect(JSON.stringify(told)).not.toContain(String(score));
      }
      const individual = await explainIndividual({
        ...{ store: history.store, stream: STREAM, id: a, signal, isSensitive },
        engine: (options) => new LinkageEngine(options),
      });
      const doubts = individual.steps.flatMap(({ happened }) =>
        happened.filter(({ what }) => what === 'referred'),
      );
      expect(doubts).toMatchObject([{ score: own, comparison: { weights: { score: own } } }]);
      expect(JSON.stringify(individual)).not.toContain(String(score));
    }
  });

  it.each([
    ['nhs-numbers-differ', 'nhs-number', 'identity'],
    ['genders-differ', 'gender', 'guard'],
    ['birth-dates-differ', 'birth-date', 'guard'],
  ] as const)(
    'tells of a doubt the reason %s if shown records give it, and not if a withheld one does',
    async (reason, domain, use) => {
      const email = ['email', 'identity', 'x'] as const;
      const key = ['child-key', 'identity', 'k'] as const;
      const [mine, theirs] = [[domain, use, '2020-01-01'] as const, [domain, use, '2021-01-01'] as const];
      // The first row in the order of row keys stands for its individual in the referral.
      const first = Array.from({ length: 100 }, (_, at) => `a${at}`).find(
        (id) => rowKeyOf('alpha.user', id) < rowKeyOf('gamma.user', 'h'),
      );
      const row = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({ id, role: 'child', tokens });
      const told = async (isGiven: boolean) => {
        const steps = [
          submit(0, row(first ?? '', email, key, ...(isGiven ? [mine] : []))),
          submit(2, row('h', key, mine)),
          submit(1, row('b', email, theirs)),
        ];
        const { history, explain, placed, events } = await recorded(steps, ['gamma.user']);
        expect(events.flatMap(({ type, data }) => (type === 'LinkReferred' ? [data.reason] : []))).toEqual([
          reason,
        ]);
        const { steps: decisions } = await explainIndividual({
          ...{ store: history.store, stream: STREAM, id: placed[0]?.record ?? '', signal },
          engine: (options) => new LinkageEngine(options),
          isSensitive: (dataset) => dataset === 'gamma.user',
        });
        const doubts = decisions.flatMap(({ happened }) =>
          happened.flatMap((one) => (one.what === 'referred' ? [one] : [])),
        );
        return [...doubts, ...(await explain(0, 2)).referrals].map(({ reason: why, rule }) => [why, rule]);
      };
      expect(await told(true)).toEqual(Array(2).fill([reason, 'email']));
      expect(await told(false)).toEqual(Array(2).fill(['not-shown', 'email']));
    },
  );

  it('has no link of two records that a record of a sensitive dataset links, and says that links are not shown', async () => {
    const email = ['email', 'identity', 'x'] as const;
    const steps = [
      submit(0, child('a', ada, email)),
      submit(1, child('b', { born: '2020-03-04', letters: 'zoe', gender: 'm' }, nhs('1'))),
      submit(2, { id: 'm', role: 'child', tokens: [email, nhs('1')] }),
    ];
    const { explain } = await recorded(steps, ['gamma.user']);
    const found = await explain(0, 1);
    expect(found.relation).toMatchObject({ isTogether: true, links: [] });
    expect(pairFinding(found)).toBe(
      'The two records belong to one individual; the links between them are not shown',
    );
  });

  it('says of a row that a row of higher rank outranks why it does not count', async () => {
    const earlier: RowSpec = { ...child('a', ada), note: 'as it was' };
    const { explain, placed } = await recorded([
      submit(1, child('b', ada)),
      { ...submit(0, child('a', ada)), period: 1 } as Step,
      submit(0, earlier),
    ]);
    expect(placed[2]).toMatchObject({ setAside: 'superseded' });
    const found = await explain(0, 2);
    expect(found.relation).toBeUndefined();
    expect(pairFinding(found)).toBe('The second record does not count: a row of higher rank is there');
  });

  it('is none for a fact, and says so', async () => {
    const fact: RowSpec = { id: 'f', role: 'child', tokens: [nhs('1')] };
    const { explain } = await recorded([submit(0, child('a', ada, nhs('1'))), submit(4, fact)]);
    const found = await explain(0, 1);
    expect(found.relation).toBeUndefined();
    expect(pairFinding(found)).toMatch(/^The second record does not count: it is a session/);
  });

  it('tells neither that a record was erased from what it said, nor anything that it said', async () => {
    const { explain } = await recorded([...twice, { kind: 'erase', picks: [1] }]);
    const found = await explain(0, 1);
    expect(found.relation).toBeUndefined();
    expect(found.records[1].notCounted).toBe('erased');
  });
});

describe('an explanation of an individual that a score made', () => {
  it('has for each score the weights that add up to it, and what the strategy asked', async () => {
    const { history, placed } = await recorded(twice);
    const { steps } = await explainIndividual({
      ...{ store: history.store, stream: STREAM, id: placed[0]?.record ?? '', signal },
      engine: (options) => new LinkageEngine(options),
      isSensitive: () => false,
    });
    const joined = steps.flatMap(({ happened }) => happened).find(({ what }) => what === 'joined');
    if (joined?.what !== 'joined') throw new Error('nobody joined');
    const { comparison, score } = joined;
    expect(
      comparison?.weights.fields.reduce((sum, { weight }) => sum + weight, comparison.weights.start),
    ).toBe(score);
    expect(comparison?.conditions?.map(({ condition }) => condition)).toContain('margin');
    expect(comparison?.weights.fields).toContainEqual(
      expect.objectContaining({ field: 'given-name', missing: 'both' }),
    );
  });

  it('has the weights of a record that was erased since, from levels alone', async () => {
    const { history, placed, events } = await recorded([...twice, { kind: 'erase', picks: [0] }]);
    const { steps } = await explainIndividual({
      ...{ store: history.store, stream: STREAM, id: placed[1]?.record ?? '', signal },
      engine: (options) => new LinkageEngine(options),
      isSensitive: () => false,
    });
    const scores = events.flatMap((event) =>
      event.type === 'RecordsPlaced'
        ? event.data.placements.flatMap((one) => ('score' in one ? [one.score] : []))
        : [],
    );
    const told = steps
      .flatMap(({ happened }) => happened)
      .flatMap((one) => ('comparison' in one ? [one] : []));
    expect(told).toMatchObject([{ comparison: { weights: { score: scores[0] } } }]);
    expect(told[0]?.comparison?.conditions).toBeUndefined();
    expect((told[0]?.comparison?.weights.fields ?? []).some(({ missing }) => missing === 'either')).toBe(
      true,
    );
  });

  it('has the weights of the doubt that waits', async () => {
    const { history, placed } = await recorded([
      submit(0, child('a', noAddress)),
      submit(1, child('b', noAddress)),
    ]);
    const record = placed[0]?.record as RecordId;
    const { steps } = await explainIndividual({
      ...{ store: history.store, stream: STREAM, id: record, signal },
      engine: (options) => new LinkageEngine(options),
      isSensitive: () => false,
    });
    const referred = steps.flatMap(({ happened }) => happened).find(({ what }) => what === 'referred');
    if (referred?.what !== 'referred') throw new Error('nothing was referred');
    expect(referred.comparison?.weights.score).toBe(referred.score);
    expect(referred.comparison?.conditions).toContainEqual({ condition: 'score', outcome: 'failed' });
  });

  const explained = async (store: EventStore, id: string, isSensitive: (dataset: string) => boolean) =>
    explainIndividual({
      ...{ store, stream: STREAM, id, signal, isSensitive },
      engine: (options) => new LinkageEngine(options),
    });
  const isGamma = (dataset: string) => dataset === 'gamma.user';

  it('states no score of a pair with a record of a sensitive dataset', async () => {
    const { history, placed } = await recorded([
      submit(0, child('a', noAddress, nhs('1'))),
      submit(2, child('c', ada, nhs('1'))),
      submit(1, child('b', ada)),
    ]);
    const joined = placed.find((one) => 'score' in one);
    if (joined === undefined || !('score' in joined)) throw new Error('nobody joined by a score');
    expect(joined.through).toBe(placed[1]?.record);
    const of = (isSensitive: (dataset: string) => boolean) =>
      explained(history.store, placed[0]?.record ?? '', isSensitive);
    expect(JSON.stringify(await of(() => false))).toContain(`"score":${joined.score}`);
    const told = await of(isGamma);
    expect(JSON.stringify(told)).not.toContain(String(joined.score));
    expect(told.steps.at(-1)?.happened).toMatchObject([
      { what: 'joined', record: joined.record, rule: 'not-shown', through: undefined, levels: undefined },
    ]);
  });

  it('states the score of a record that is shown, where a withheld one has another', async () => {
    const { history, placed } = await recorded([
      submit(0, child('a', { ...ada, born: '2020-04-03' }, nhs('1'))),
      submit(2, child('c', ada, nhs('1'))),
      submit(1, child('b', ada)),
    ]);
    const joined = placed.at(-1);
    if (joined === undefined || !('score' in joined)) throw new Error('nobody joined by a score');
    const told = await explained(history.store, placed[0]?.record ?? '', isGamma);
    const own = history.ledger.engine.relate(
      placed[0]?.record as RecordId,
      joined.record,
      (dataset) => !isGamma(dataset),
    );
    const score = own?.compared?.weights.score;
    expect(score).not.toBe(joined.score);
    expect(told.steps.at(-1)?.happened).toMatchObject([
      {
        what: 'joined',
        rule: 'kin-1',
        through: placed[0]?.record,
        score,
        comparison: { weights: { score } },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain(String(joined.score));
  });
});
