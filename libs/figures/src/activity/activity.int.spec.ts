import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type { SmallEngagement } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { askFigure } from '../publishing/ask.js';
import { addSmallFacts, defineSmall } from '../small-facts.testing.js';
import { publishSmallProgramme } from '../testing.js';
import { activity, activityByKind } from './activity.js';
import { feedback } from './feedback.js';
import { inputs } from './inputs.js';
import { participation } from './participation.js';
import { targets } from './targets.js';
import { workforce } from './workforce.js';

let databases: TestDatabases;
let client: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await databases.drop();
});

const q2 = { from: '2023-07-01', until: '2023-10-01' } as const;

async function programme(engagements: readonly SmallEngagement[]): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${LIVE_SCHEMA} CASCADE`);
  await publishSmallProgramme(client, {
    services: [
      { id: 'real', strand: 'language' },
      { id: 'steps', strand: 'social' },
      { id: 'centres', strand: null },
    ],
    people: [
      { name: 'zoe', role: 'child', family: 'okafor' },
      { name: 'max', role: 'child', family: 'okafor' },
      { name: 'amara', role: 'adult', family: 'okafor' },
      { name: 'bo', role: 'adult' },
      { name: 'worker', role: 'practitioner' },
    ],
    engagements: engagements.map((one) => ({ born: true, ...one })),
  });
}

const at = (date: string, person: string, service: string, rest: Partial<SmallEngagement> = {}) => ({
  ...{ date, person, service, ...rest },
});

describe('activity', () => {
  beforeEach(async () => {
    await programme([
      at('2023-07-03', 'zoe', 'real'),
      at('2023-07-03', 'amara', 'real'),
      at('2023-07-10', 'zoe', 'real'),
      at('2023-07-10', 'worker', 'real'),
      at('2023-07-10', 'zoe', 'steps'),
      { date: '2023-07-11', service: 'steps', role: 'none', setAside: 'impersonal' },
      { date: '2023-07-11', service: 'steps', role: 'child', setAside: 'unlinkable' },
      at('2023-07-12', 'bo', 'steps', { qualifying: false }),
      at('2023-07-13', 'bo', 'steps', { retired: true }),
      at('2023-06-30', 'bo', 'steps'),
      at('2023-07-12', 'zoe', 'centres', { qualifying: false }),
    ]);
    await client.query(
      `UPDATE ${LIVE_SCHEMA}.numbered_record SET minutes = 45 WHERE as_of = '2023-07-10';
       UPDATE ${LIVE_SCHEMA}.numbered_record SET attended = false WHERE as_of = '2023-07-12' AND role = 'adult'`,
    );
  });

  it('counts attendances by role, session days and minutes, and none of administrative sources', async () => {
    const rows = await askFigure(client, activity, q2);
    expect(rows.map(({ scope }) => scope)).toEqual([
      ...['programme', 'service:real', 'service:steps', 'strand:language', 'strand:social'],
    ]);
    expect(rows[0]).toEqual({
      ...{ start: null, scope: 'programme' },
      ...{ childAttendances: 4, adultAttendances: 1, anonymousAttendances: 1, attendances: 6 },
      ...{ workforceAttendances: 1, notAttended: 1, otherContacts: 0 },
      ...{ sessionDays: 4, timed: 2, minutes: 90 },
    });
    const shown = rows[0]!;
    expect(activity.derived['perSessionDay']?.of(shown as never)).toBe(1.5);
    expect(activity.derived['meanMinutes']?.of(shown as never)).toBe(45);
  });

  it('has the same attendances by kind of session', async () => {
    const rows = await askFigure(client, activityByKind, { ...q2, scope: 'service:steps', by: 'quarter' });
    expect(rows).toEqual([
      {
        ...{ start: '2023-07-01', scope: 'service:steps', kind: 'group', sessionDays: 2 },
        ...{ childAttendances: 2, adultAttendances: 0, anonymousAttendances: 1, attendances: 3 },
      },
    ]);
  });

  it('counts the workforce once in each scope, and its rows', async () => {
    const rows = await askFigure(client, workforce, q2);
    expect(rows.map(({ scope, ...rest }) => [scope, rest])).toEqual(
      ['programme', 'service:real', 'strand:language'].map((scope) => [
        scope,
        {
          start: null,
          role: 'practitioner',
          people: 1,
          attendances: 1,
          unlinkable: 0,
          timed: 1,
          minutes: 45,
        },
      ]),
    );
    expect(workforce.derived['hours']?.of({ minutes: 45 })).toBe(0.8);
  });
});

describe('feedback', () => {
  it('counts answers and the two highest, of families and of the workforce', async () => {
    await programme([]);
    const answer = (rating: number, rest: object = {}) => ({
      ...{ service: 'steps', date: '2023-08-01', question: 'recommend', rating, role: 'adult' as const },
      ...rest,
    });
    await addSmallFacts(client, {
      feedback: [
        ...[answer(5, { person: 'bo' }), answer(4, { person: 'bo' }), answer(3, { person: 'amara' })],
        ...[answer(5, { role: 'none', setAside: 'impersonal' }), answer(1, { retired: true })],
        answer(2, { person: 'worker', role: 'practitioner' }),
      ],
    });
    const rows = await askFigure(client, feedback, { ...q2, scope: 'programme' });
    expect(rows).toMatchObject([
      { question: 'recommend', respondent: 'families', answers: 4, topTwo: 3, respondents: 2 },
      { question: 'recommend', respondent: 'workforce', answers: 1, topTwo: 0, respondents: 1 },
    ]);
    const { topTwoPercent, topTwoPercentLow, topTwoPercentHigh } = feedback.derived;
    // Wilson’s interval of 3 of 4: statsmodels says 0.300642 and 0.954413.
    expect(
      [topTwoPercent, topTwoPercentLow, topTwoPercentHigh].map((column) => column?.of(rows[0] as never)),
    ).toEqual([75, 30.1, 95.4]);
    await defineSmall(client, { reporting: { highestRating: 6 } });
    expect(await askFigure(client, feedback, { ...q2, scope: 'programme' })).toMatchObject([
      { topTwo: 2 },
      { topTwo: 0 },
    ]);
  });
});

describe('inputs', () => {
  it('adds up amounts by item and unit, and holds counts of people apart', async () => {
    await programme([]);
    const input = (item: string, quantity: number, unit: string, date = '2023-08-01') => ({
      ...{ service: 'steps', date, category: 'human', item, quantity, unit },
    });
    await addSmallFacts(client, {
      inputs: [
        ...[input('expenditure', 0.1, 'pounds'), input('expenditure', 0.2, 'pounds')],
        ...[input('trained', 3, 'people'), input('expenditure', 9, 'pounds', '2023-10-01')],
      ],
    });
    expect(await askFigure(client, inputs, { ...q2, scope: 'strand:social' })).toMatchObject([
      { item: 'expenditure', unit: 'pounds', entries: 2, people: 0, amount: 0.3 },
      { item: 'trained', unit: 'people', entries: 1, people: 3, amount: null },
    ]);
  });
});

describe('targets', () => {
  const services = (targets: readonly object[]) => ({ services: [{ id: 'real', targets }, { id: 'steps' }] });

  it('compares a target with the reach of its own period, and rates it', async () => {
    await programme([
      at('2023-07-01', 'zoe', 'real'),
      at('2023-08-01', 'zoe', 'real'),
      at('2023-09-30', 'max', 'real'),
      at('2023-10-01', 'amara', 'real'),
      at('2024-01-01', 'bo', 'real'),
      at('2023-08-01', 'bo', 'steps'),
    ]);
    await defineSmall(client, {
      ...services([
        { period: '2023-24-Q2', of: 'children', count: 2 },
        { period: '2023-24-Q3', of: 'adults', count: 3 },
        { period: '2023-24-Q4', of: 'adults', count: 1 },
        { period: '2023-24-AY', of: 'families', count: 3 },
      ]),
    });
    const rows = await askFigure(client, targets, {});
    expect(
      rows.map(({ scope, targetPeriod, of, target, reached }) => [scope, targetPeriod, of, target, reached]),
    ).toEqual([
      ['service:real', '2023-24-AY', 'families', 3, 2],
      ['service:real', '2023-24-Q2', 'children', 2, 2],
      ['service:real', '2023-24-Q3', 'adults', 3, 1],
      ['service:real', '2023-24-Q4', 'adults', 1, 1],
    ]);
    const ratings = () => rows.map((row) => targets.derived['rating']?.of(row as never));
    expect(ratings()).toEqual(['red', 'green', 'red', 'green']);
    expect((await askFigure(client, targets, q2)).map(({ targetPeriod }) => targetPeriod)).toEqual([
      '2023-24-Q2',
    ]);
    expect((await askFigure(client, targets, { by: 'quarter' })).map(({ start }) => start)).toEqual([
      ...['2023-07-01', '2023-10-01', '2024-01-01'],
    ]);
  });

  it('rates by the thresholds of the definition, and not at all what is not shown', async () => {
    await programme([at('2023-07-01', 'zoe', 'real')]);
    const rated = async () => {
      const [row] = await askFigure(client, targets, {});
      return targets.derived['rating']?.of(row as never);
    };
    const two = services([{ period: '2023-24-Q2', of: 'children', count: 2 }]);
    await defineSmall(client, two);
    expect(await rated()).toBe('red');
    await defineSmall(client, { ...two, reporting: { targetRating: { green: 0.8, amber: 0.5 } } });
    expect(await rated()).toBe('amber');
    expect(targets.derived['rating']?.of({ reached: null, greenFrom: 2, amberFrom: 1 })).toBeNull();
  });
});

describe('participation', () => {
  it('counts each step by its own day, and people once in a scope', async () => {
    await programme([
      ...['2023-07-03', '2023-07-10', '2023-08-10'].map((date) => at(date, 'zoe', 'real')),
      at('2023-07-04', 'zoe', 'steps'),
      ...['2023-05-01', '2023-07-03'].map((date) => at(date, 'max', 'real')),
      at('2023-03-01', 'bo', 'real'),
      at('2023-07-03', 'worker', 'real'),
    ]);
    await defineSmall(client, {
      services: [
        { id: 'real', sessions: [{ from: '2020-01-01', minimum: 2, intended: 3, endsAfterDays: 60 }] },
      ],
    });
    await client.query(
      `INSERT INTO ${LIVE_SCHEMA}.numbered_dataset VALUES (99, 'real.user') ON CONFLICT DO NOTHING;
       INSERT INTO ${LIVE_SCHEMA}.numbered_record (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed, role, state)
       SELECT 900, i.number, 0, '2023-07-02', gen_random_uuid(), gen_random_uuid(), n.number, 0, true, 'child', 'linked'
       FROM ${LIVE_SCHEMA}.numbered_individual i JOIN ${LIVE_SCHEMA}.numbered_dataset n ON n.dataset = 'real.user'
       WHERE i.role = 'child' ORDER BY i.number LIMIT 1`,
    );
    await addSmallFacts(client, {
      inputs: [
        {
          service: 'real',
          date: '2023-07-05',
          category: 'human',
          item: 'people-without-consent',
          quantity: 4,
          unit: 'people',
        },
      ],
    });
    const rows = await askFigure(client, participation, q2);
    expect(rows.map(({ start: _, ...row }) => row)).toEqual([
      {
        scope: 'programme',
        registered: 1,
        declined: 4,
        started: 1,
        minimumReached: 2,
        completed: 1,
        left: 0,
      },
      {
        scope: 'service:real',
        registered: 1,
        declined: 4,
        started: 1,
        minimumReached: 2,
        completed: 1,
        left: 0,
      },
      {
        scope: 'service:steps',
        registered: 0,
        declined: 0,
        started: 1,
        minimumReached: 0,
        completed: 0,
        left: 0,
      },
      {
        scope: 'strand:language',
        registered: 1,
        declined: 4,
        started: 1,
        minimumReached: 2,
        completed: 1,
        left: 0,
      },
      {
        scope: 'strand:social',
        registered: 0,
        declined: 0,
        started: 1,
        minimumReached: 0,
        completed: 0,
        left: 0,
      },
    ]);
    // Bo came once, on 1 March, and had left 60 days later; the last day that is told of is 10 August.
    const quarters = await askFigure(client, participation, { by: 'quarter', scope: 'service:real' });
    expect(quarters.map(({ start, left }) => [start, left])).toEqual([
      ['2023-01-01', 0],
      ['2023-04-01', 1],
      ['2023-07-01', 0],
    ]);
  });
});
