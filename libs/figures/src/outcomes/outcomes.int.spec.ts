import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { programmeId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { computeQuarter } from '../closing/compute-quarter.js';
import { profileInForce } from '../disclosure/disclosure-profiles.js';
import { nameOf } from '../publication.js';
import { askFigure } from '../publishing/ask.js';
import { addSmallFacts, defineSmall, type SmallFacts } from '../small-facts.testing.js';
import { publishSmallProgramme } from '../testing.js';
import { outcomes } from './outcomes.js';

type SmallOutcome = NonNullable<SmallFacts['outcomes']>[number];

const people = Array.from({ length: 12 }, (_, index) => `p${index}`);
const attachment = {
  ...{ id: 'attachment', name: 'Attachment', outcome: '1.2.2', term: 'medium', better: 'higher' },
  ...{ dataset: 'steps.outcome', of: { instrument: 'pai', measure: 'total' } },
};

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
beforeEach(async () => {
  await client.query(`DROP SCHEMA IF EXISTS ${LIVE_SCHEMA} CASCADE`);
  await publishSmallProgramme(client, {
    services: [
      { id: 'steps', strand: 'social' },
      { id: 'walk', strand: 'social' },
      { id: 'talk', strand: 'language' },
    ],
    people: people.map((name) => ({ name, role: 'adult' })),
    engagements: [],
  });
});

const score = (
  person: string | undefined,
  date: string,
  occasion: string,
  total: number,
  rest: Partial<SmallOutcome> = {},
): SmallOutcome => ({
  ...{ service: 'steps', date, occasion, instrument: 'pai', scores: { total } },
  ...(person === undefined ? {} : { person }),
  ...rest,
});

const define = (pairing: object, ...measures: readonly object[]) =>
  defineSmall(client, { theoryOfChange: { domains: [], pairing, measures: [attachment, ...measures] } });

const rowsOf = async (question: Parameters<typeof askFigure>[2] = {}) =>
  askFigure(client, outcomes, question);
const ofSteps = async () => (await rowsOf({ scope: 'service:steps' }))[0];

describe('outcomes, first to last', () => {
  it('pairs the first score with the last one within the window, and counts what each pair shows', async () => {
    await define({ first: ['first'] });
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2023-04-03', 'first', 50),
        score('p0', '2023-05-10', 'review', 90),
        score('p0', '2023-07-03', 'last', 61),
        score('p1', '2023-04-03', 'first', 55),
        score('p1', '2023-07-03', 'last', 55),
        score('p2', '2023-04-03', 'first', 60),
        score('p2', '2023-07-03', 'last', 58.5),
      ],
    });
    expect(await ofSteps()).toMatchObject({
      ...{ domain: '1', outcome: '1.2.2', instrument: 'pai', measure: 'total' },
      ...{ pairs: 3, improved: 1, same: 1, worse: 1, noLast: 0, outsideWindow: 0, withoutFirst: 0 },
      // (50 + 55 + 60) / 3, (61 + 55 + 58.5) / 3, (11 + 0 - 1.5) / 3, and the deviation of 11, 0 and -1.5.
      ...{ firstMean: 55, lastMean: 58.166667, meanChange: 3.166667, changeDeviation: 6.825198 },
    });
  });

  it('says why a first score has no last, and whose scores have no first', async () => {
    await define({
      minimumDays: 30,
      windowDays: 100,
      first: ['first'],
      last: ['last'],
      informant: 'informant',
    });
    const mother = { attributes: { informant: 'mother' } };
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2023-04-03', 'first', 50),
        // Too soon, too late, and no last occasion.
        score('p1', '2023-04-03', 'first', 50),
        score('p1', '2023-05-02', 'last', 60),
        score('p2', '2023-04-03', 'first', 50),
        score('p2', '2023-07-13', 'last', 60),
        score('p3', '2023-04-03', 'first', 50),
        score('p3', '2023-06-03', 'review', 60),
        score('p4', '2023-04-03', 'first', 50, mother),
        score('p4', '2023-06-03', 'last', 60, { attributes: { informant: 'father' } }),
        score('p5', '2023-06-03', 'last', 60),
        score(undefined, '2023-06-03', 'last', 60, { setAside: 'unlinkable' }),
        score('p6', '2023-04-03', 'first', 50, { retired: true }),
        // The last possible day is one of the window, and the first possible one is.
        score('p7', '2023-04-03', 'first', 50, mother),
        score('p7', '2023-07-12', 'last', 51, mother),
        score('p8', '2023-04-03', 'first', 50),
        score('p8', '2023-05-03', 'last', 51),
      ],
    });
    expect(await ofSteps()).toMatchObject({
      ...{ pairs: 2, noLast: 1, outsideWindow: 3, otherInformant: 1, withoutFirst: 1, setAside: 1 },
    });
  });

  it('begins an episode with each first score, and pairs no last one of the next episode', async () => {
    await define({ first: ['first'], last: ['last'] });
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2022-01-10', 'first', 40),
        score('p0', '2022-03-10', 'last', 45),
        score('p0', '2022-06-10', 'first', 44),
        // A repetition of the first score begins no episode.
        score('p0', '2022-06-20', 'first', 99),
        score('p0', '2022-09-10', 'last', 50),
        score('p1', '2022-01-10', 'first', 40),
        score('p1', '2022-06-10', 'first', 40),
        score('p1', '2022-09-10', 'last', 30),
      ],
    });
    expect(await ofSteps()).toMatchObject({
      pairs: 3,
      noLast: 1,
      improved: 2,
      worse: 1,
      firstMean: 41.333333,
    });
  });

  it('has one episode of a person where no occasion is a first one', async () => {
    await define({});
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2022-01-10', '24-months', 40),
        score('p0', '2022-03-10', '27-months', 45),
        score('p0', '2022-06-10', '30-months', 44),
      ],
    });
    expect(await ofSteps()).toMatchObject({ pairs: 1, firstMean: 40, lastMean: 44, withoutFirst: 0 });
  });

  it('takes a fall for an improvement where lower is better, and never pairs two services or instruments', async () => {
    await define(
      {},
      { ...attachment, id: 'strain', dataset: 'talk.outcome', better: 'lower' },
      { ...attachment, id: 'calm', of: { instrument: 'calm', measure: 'total' } },
    );
    const talk = { service: 'talk' };
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2023-04-03', 'first', 50, talk),
        score('p0', '2023-07-03', 'last', 40, talk),
        score('p1', '2023-04-03', 'first', 50, talk),
        score('p1', '2023-07-03', 'last', 40),
        score('p2', '2023-04-03', 'first', 50, { instrument: 'calm' }),
        score('p2', '2023-07-03', 'last', 40),
      ],
    });
    const rows = await rowsOf();
    expect(
      rows.map(({ scope, instrument, pairs, improved, noLast }) => [
        scope,
        instrument,
        pairs,
        improved,
        noLast,
      ]),
    ).toEqual([
      ['programme', 'calm', 0, 0, 1],
      // The same instrument in two services: two pieces of one figure.
      ['programme', 'pai', 1, 1, 3],
      ['service:steps', 'calm', 0, 0, 1],
      ['service:steps', 'pai', 0, 0, 2],
      ['service:talk', 'pai', 1, 1, 1],
      ['strand:language', 'pai', 1, 1, 1],
      ['strand:social', 'calm', 0, 0, 1],
      ['strand:social', 'pai', 0, 0, 2],
    ]);
    expect(rows.find(({ pairs }) => pairs === 0)).toMatchObject({ meanChange: null, firstMean: null });
  });

  it('counts a pair in the period of its last score', async () => {
    await define({});
    await addSmallFacts(client, {
      outcomes: [
        score('p0', '2023-04-03', 'first', 50),
        score('p0', '2023-07-03', 'last', 60),
        score('p1', '2023-07-09', 'first', 1),
      ],
    });
    const quarters = await rowsOf({ by: 'quarter', scope: 'programme' });
    expect(quarters.map(({ start, pairs, noLast }) => [start, pairs, noLast])).toEqual([
      ['2023-07-01', 1, 1],
    ]);
    expect(await rowsOf({ from: '2023-04-01', until: '2023-07-01' })).toEqual([]);
  });

  it('shows no mean of fewer than eight pairs in a protected release', async () => {
    await define({});
    const pairs = (many: number) =>
      people
        .slice(0, many)
        .flatMap((person) => [
          score(person, '2023-04-03', 'first', 50),
          score(person, '2023-07-03', 'last', 60),
        ]);
    const published = async () => {
      await client.query(`BEGIN; SET LOCAL search_path TO ${LIVE_SCHEMA}, pg_temp`);
      const { published: form, full } = await computeQuarter(client, {
        ...{ programme: programmeId.parse('small'), period: parsePeriod('2023-24-Q2')!, position: 41 },
        ...{ figures: [nameOf(outcomes)], disclosure: nameOf(profileInForce) },
      });
      await client.query('ROLLBACK');
      const valuesOf = ({ figures: [table] }: typeof form) =>
        Object.fromEntries(table?.columns.map((name, at) => [name, table.rows[0]?.[at]]) ?? []);
      return { full: valuesOf(full), shown: valuesOf(form) };
    };
    await addSmallFacts(client, { outcomes: pairs(7) });
    const seven = await published();
    expect(seven.full).toMatchObject({ pairs: 7, meanChange: 10, changeDeviation: 0 });
    expect(seven.shown).toMatchObject({
      pairs: null,
      meanChange: null,
      firstMean: null,
      changeDeviation: null,
    });
    expect(outcomes.derived['changeLow']?.of(seven.shown as never)).toBeNull();
    await addSmallFacts(client, { outcomes: pairs(8).slice(-2) });
    const eight = await published();
    expect(eight.shown).toMatchObject({ pairs: 10, meanChange: 10, firstMean: 50, improved: 10, worse: 0 });
    expect(outcomes.derived['improvedPercent']?.of(eight.shown as never)).toBe(100);
  });
});
