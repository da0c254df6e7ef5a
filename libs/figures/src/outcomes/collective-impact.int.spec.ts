import { readFileSync } from 'node:fs';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import { idOf } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { askFigure } from '../publishing/ask.js';
import { addSmallFacts, defineSmall } from '../small-facts.testing.js';
import { publishSmallProgramme } from '../testing.js';
import { collectiveImpact, impactCohort, impactLinkage } from './collective-impact.js';

/** Of statsmodels: see reference.py. a of n1 with a service, c of n0 without. */
interface Pooled {
  readonly strata: readonly (readonly [a: number, n1: number, c: number, n0: number])[];
  readonly risk: { readonly ratio: number; readonly error: number };
  readonly odds: {
    readonly ratio: number;
    readonly error: number;
    readonly low: number;
    readonly high: number;
  };
}
const { stratified } = JSON.parse(
  readFileSync(new URL('../statistics/reference.json', import.meta.url), 'utf8'),
) as { readonly stratified: readonly Pooled[] }; // as reference.py writes it

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

const services = [
  { id: 'real', strand: 'language' },
  { id: 'steps', strand: 'social' },
  { id: 'talk', strand: 'social' },
  { id: 'school', strand: null },
];
const development = { instrument: 'eyfsp', occasion: 'reception', service: 'school', role: 'child' as const };

const definition = {
  services: [{ id: 'real', offer: 'universal' }, { id: 'steps', offer: 'targeted' }, { id: 'talk' }],
  theoryOfChange: {
    domains: [],
    measures: ['speech', 'sums'].map((measure) => ({
      ...{ id: measure, dataset: 'school.outcome', of: { instrument: 'eyfsp', measure } },
      ...{ better: 'higher', achieved: { atLeast: 2, byOccasion: { early: { atLeast: 1, below: 9 } } } },
    })),
    collectiveImpact: [
      { id: 'speech', name: 'Speech', measures: ['speech'] },
      { id: 'both', name: 'Speech and sums', measures: ['speech', 'sums'] },
    ],
  },
};

async function programme(people: readonly string[], used: readonly (readonly [string, string, string])[]) {
  await client.query(`DROP SCHEMA IF EXISTS ${LIVE_SCHEMA} CASCADE`);
  await publishSmallProgramme(client, {
    services,
    people: people.map((name) => ({
      name,
      role: name.startsWith('carer') ? 'adult' : 'child',
      family: name.slice(5),
    })),
    engagements: used.map(([person, service, date]) => ({ person, service, date, born: true })),
  });
  await client.query(`UPDATE ${LIVE_SCHEMA}.service SET administrative = true WHERE service = 'school'`);
  await defineSmall(client, definition);
}

describe('collective impact', () => {
  it('says who is compared, by the services that the family had used before, and who is not', async () => {
    const children = ['none', 'later', 'one', 'carer', 'three', 'target', 'lacks', 'early'];
    await programme(
      [...children.map((name) => `child${name}`), 'carercarer'],
      [
        // Used afterwards: not before.
        ['childlater', 'real', '2023-06-15'],
        ['childone', 'real', '2023-06-14'],
        ['carercarer', 'real', '2023-01-05'],
        ...['real', 'steps', 'talk'].map((service) => ['childthree', service, '2023-01-05'] as const),
        ['childtarget', 'steps', '2023-01-05'],
      ],
    );
    const score = (name: string, scores: Readonly<Record<string, number>>, rest: object = {}) => ({
      ...{ ...development, date: '2023-06-15', person: `child${name}`, scores },
      ...rest,
    });
    await addSmallFacts(client, {
      outcomes: [
        ...children.slice(0, 6).map((name) => score(name, { speech: 2, sums: name === 'one' ? 1 : 2 })),
        score('lacks', { speech: 1 }),
        // An earlier assessment, which the one above replaces; and one by other thresholds.
        score('none', { speech: 1, sums: 1 }, { date: '2022-06-15' }),
        score('early', { speech: 1, sums: 9 }, { occasion: 'early' }),
        { ...development, date: '2023-06-15', scores: { speech: 1, sums: 1 }, setAside: 'unlinkable' },
      ],
    });
    const cohort = await askFigure(client, impactCohort, {});
    expect(cohort).toMatchObject([
      {
        scope: 'programme',
        outcome: 'both',
        unlinkable: 2,
        children: 8,
        incomplete: 1,
        compared: 7,
        usedNone: 3,
      },
      {
        scope: 'programme',
        outcome: 'speech',
        unlinkable: 1,
        children: 8,
        incomplete: 0,
        compared: 8,
        usedNone: 4,
      },
    ]);
    const linkage = await askFigure(client, impactLinkage, {});
    expect(
      linkage.map(({ outcome, measure, linkage: how, scores, achieved }) => [
        ...[outcome, measure, how, scores, achieved],
      ]),
    ).toEqual([
      ['both', 'speech', 'linked', 9, 7],
      ['both', 'speech', 'unlinkable', 1, 0],
      ['both', 'sums', 'linked', 8, 5],
      ['both', 'sums', 'unlinkable', 1, 0],
      ['speech', 'speech', 'linked', 9, 7],
      ['speech', 'speech', 'unlinkable', 1, 0],
    ]);
    const groupsOf = async (asked: string) =>
      (await askFigure(client, collectiveImpact, {}))
        .filter(({ outcome }) => outcome === asked)
        .map(({ group, people, achieved, othersPeople, othersAchieved }) => [
          ...[group, people, achieved, othersPeople, othersAchieved],
        ]);
    expect(await groupsOf('both')).toEqual([
      ['1', 3, 2, 3, 2],
      ['3+', 1, 1, 3, 2],
      ['any', 4, 3, 3, 2],
      ['none', 3, 2, 0, 0],
      ['targeted', 2, 2, 3, 2],
      ['universal', 2, 1, 3, 2],
    ]);
    expect((await groupsOf('speech')).at(3)).toEqual(['none', 4, 3, 0, 0]);
  });

  it.each(stratified.slice(0, 2))(
    'adjusts for strata as statsmodels does',
    async ({ strata, risk, odds }) => {
      const groups = ['asian-indian', 'white-irish', 'not-stated'];
      const people = strata.flatMap(([a, n1, c, n0], stratum) => [
        ...Array.from({ length: n1 }, (_, index) => ({ stratum, uses: true, achieved: index < a, index })),
        ...Array.from({ length: n0 }, (_, index) => ({ stratum, uses: false, achieved: index < c, index })),
      ]);
      const nameOf = ({ stratum, uses, index }: (typeof people)[number]) =>
        `child${stratum}${uses ? 'u' : 'n'}${index}`;
      await programme(
        people.map(nameOf),
        people.filter(({ uses }) => uses).map((person) => [nameOf(person), 'real', '2023-01-05']),
      );
      for (const [stratum] of strata.entries())
        await client.query(
          `UPDATE ${LIVE_SCHEMA}.numbered_individual i SET attributes = $1
         WHERE i.individual_id = ANY ($2::uuid[])`,
          [
            JSON.stringify({ lsoa: 'E01000001', ethnicity: groups[stratum] }),
            people.filter((person) => person.stratum === stratum).map((person) => idOf(nameOf(person))),
          ],
        );
      await addSmallFacts(client, {
        outcomes: people.map((person) => ({
          ...{
            ...development,
            date: '2023-06-15',
            person: nameOf(person),
            scores: { speech: person.achieved ? 2 : 1 },
          },
        })),
      });
      const row = (await askFigure(client, collectiveImpact, {})).find(
        ({ outcome, group }) => outcome === 'speech' && group === 'any',
      );
      expect(row?.strata).toBe(strata.length);
      const { adjustedRisk, adjustedRiskError, adjustedOdds, adjustedOddsError } = row ?? {};
      expect([adjustedRisk, adjustedRiskError, adjustedOdds, adjustedOddsError]).toEqual(
        [risk.ratio, risk.error, odds.ratio, odds.error].map((value) => expect.closeTo(value, 5) as number),
      );
      const { adjustedOddsRatioLow, adjustedOddsRatioHigh } = collectiveImpact.derived;
      expect([adjustedOddsRatioLow, adjustedOddsRatioHigh].map((column) => column?.of(row as never))).toEqual(
        [expect.closeTo(odds.low, 2), expect.closeTo(odds.high, 2)],
      );
    },
  );
});
