import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { PriorityRule } from '@kinledger/programme/definition';
import {
  writeSmallProgramme,
  type SmallEngagement,
  type SmallProgramme,
} from '@kinledger/read-models/testing';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Figure, FigureQuestion } from '../figure.js';
import { dosage } from './dosage.js';
import { PeopleRecount, type RecountedRow } from './people-recount.testing.js';
import { populationReached } from './population-reached.js';
import { reachByArea } from './reach-by-area.js';
import { reachByCharacteristic } from './reach-by-characteristic.js';
import { reachByPriority } from './reach-by-priority.js';
import { reachByServicesUsed } from './reach-by-services-used.js';
import { reachNewAndReturning } from './reach-new-and-returning.js';
import { reachThroughCarers } from './reach-through-carers.js';
import { reachUncertainty } from './reach-uncertainty.js';
import { servicePairs, serviceSteps } from './service-pairs.js';

const services = [
  { id: 'real', strand: 'language' },
  { id: 'chatter', strand: 'language' },
  { id: 'steps', strand: 'social' },
  { id: 'walk', strand: 'social' },
  { id: 'visiting', strand: null },
] as const;
const serviceId = fc.constantFrom(...services.map(({ id }) => id));
const days = [
  ...['2022-11-15', '2023-03-31', '2023-04-01', '2023-06-30', '2023-07-01', '2023-08-10', '2023-08-11'],
  ...['2023-09-01', '2023-09-30', '2023-10-01', '2024-01-05'],
];
const day = fc.constantFrom(...days);
const lsoa = fc.constantFrom('E01000001', 'E01000002', 'E01000003', 'E01999999');
const names = Array.from({ length: 9 }, (_, index) => `person ${index}`);
const role = fc.constantFrom('child', 'adult', 'adult', 'child', 'practitioner');
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
type Given<Value> = {
  readonly [Name in keyof Value as undefined extends Value[Name] ? never : Name]: Value[Name];
} & {
  readonly [Name in keyof Value as undefined extends Value[Name] ? Name : never]?: Exclude<
    Value[Name],
    undefined
  >;
};
/** Leaves out members that are undefined. */
const given = <Value extends object>(value: Value): Given<Value> =>
  // The members that are left have values.
  Object.fromEntries(Object.entries(value).filter(([, of]) => of !== undefined)) as Given<Value>;

const attributes = fc
  .record({
    gender: optional(fc.constantFrom('F', 'M')),
    ethnicity: optional(fc.constantFrom('white-irish', 'white-british', 'black-african', 'not-stated')),
    loneParent: optional(fc.constantFrom('yes', 'no', 'not-known')),
    birthMonth: optional(fc.constantFrom('2023-08', '2022-10', '2019-07', '2018-06', '2000-01', '1960-12')),
  })
  .map(given);

const people = fc.tuple(
  ...names.map((name) =>
    fc
      .record({
        name: fc.constant(name),
        role,
        family: optional(fc.constantFrom('okafor', 'silva', 'khan')),
        lsoa: optional(lsoa),
        attributes,
      })
      .map(given),
  ),
);

const engagement: fc.Arbitrary<SmallEngagement> = fc
  .record({
    person: fc.constantFrom(...names),
    service: serviceId,
    date: day,
    qualifying: fc.constantFrom(true, true, true, false),
    retired: fc.constantFrom(false, false, false, true),
    role: optional(fc.constantFrom('practitioner' as const)),
    setAside: optional(fc.constantFrom('unlinkable' as const, 'referred' as const, 'impersonal' as const)),
    kind: fc.integer({ min: 0, max: 9 }),
    unidentifiedCase: optional(fc.constantFrom(1, 2)),
  })
  .map(({ kind, setAside, person, role: own, unidentifiedCase, ...said }): SmallEngagement => {
    const row = { ...said, ...(unidentifiedCase === undefined ? {} : { unidentifiedCase }) };
    if (kind === 0 && setAside !== undefined)
      return { ...row, setAside, role: setAside === 'impersonal' ? 'none' : 'child' };
    return { ...row, person, ...(kind === 1 && own !== undefined ? { role: own } : {}) };
  });

const leaf: fc.Arbitrary<PriorityRule> = fc.oneof(
  fc.record({
    attribute: fc.constantFrom('gender', 'loneParent'),
    in: fc.uniqueArray(fc.constantFrom('F', 'yes', 'no', 'not-known'), { minLength: 1 }),
  }),
  fc.record({ deprivationDecile: fc.record({ atMost: fc.constantFrom(1, 4) }) }),
  fc.record({ inArea: fc.boolean() }),
);
const { rule } = fc.letrec<{ rule: PriorityRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('rule') }),
  ),
}));

const sessions = fc
  .record({
    minimum: fc.integer({ min: 1, max: 3 }),
    more: fc.integer({ min: 0, max: 2 }),
    endsAfterDays: optional(fc.constantFrom(1, 30)),
  })
  .map(({ minimum, more, endsAfterDays }) => given({ minimum, intended: minimum + more, endsAfterDays }));

const definition = fc
  .record({
    rule: optional(rule),
    from: day,
    edition: optional(fc.constant('Mid-2023 edition')),
    terms: fc.tuple(sessions, sessions, sessions),
    agedUnder: optional(fc.constantFrom(1, 5, 30)),
    of: fc.constantFrom('children' as const, 'adults' as const, 'families' as const),
  })
  .map(({ rule: of, from, edition, terms: [first, second, third], ...population }) => ({
    area: given({ boundaryYear: 2021, edition }),
    ...(of === undefined ? {} : { priorityPopulation: { name: 'First', version: 2, from, rule: of } }),
    services: [
      {
        id: 'real',
        sessions: [
          { from: '2020-01-01', ...first },
          { from: '2023-07-01', ...second },
        ],
      },
      { id: 'steps', sessions: [{ from: '2023-04-01', ...third }] },
      { id: 'walk' },
    ],
    populations: [
      given({
        ...{ id: 'tabled', name: 'T', on: '2023-06-30', ...population },
        source: {
          edition: 'Table',
          rows: [
            { lsoa: 'E01000001', count: 2 },
            { lsoa: 'E01000003', count: 0 },
          ],
        },
      }),
      given({
        ...{ id: 'listed', name: 'L', on: '2023-06-30', ...population },
        source: { dataset: 'visiting.user' },
      }),
    ],
  }));

const programmes: fc.Arbitrary<SmallProgramme> = fc
  .record({
    people,
    definition,
    engagements: fc.array(engagement, { minLength: 5, maxLength: 40 }),
    referrals: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 6 }),
    carers: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 5 }),
    registrations: fc.array(
      fc.record({ person: fc.constantFrom(...names), service: serviceId, date: optional(day) }).map(given),
      { maxLength: 8 },
    ),
  })
  .map((programme) => ({
    ...programme,
    services,
    // Each carer once per child: a relationship has one id.
    carers: [...new Map(programme.carers.map((pair) => [pair.join(' '), pair])).values()],
    characteristics: [
      {
        characteristic: 'gender',
        attribute: 'gender',
        title: 'Gender',
        roles: ['child', 'adult'],
        groups: null,
      },
      {
        characteristic: 'ethnicity',
        attribute: 'ethnicity',
        title: 'Ethnicity',
        roles: ['child', 'adult'],
        groups: null,
      },
      {
        ...{
          characteristic: 'ethnicityGroup',
          attribute: 'ethnicity',
          title: 'Group',
          roles: ['child', 'adult'],
        },
        groups: { 'white-irish': 'white', 'white-british': 'white', 'black-african': 'black' },
      },
      {
        characteristic: 'loneParent',
        attribute: 'loneParent',
        title: 'Lone parent',
        roles: ['adult'],
        groups: null,
      },
    ],
  }));

const questions: fc.Arbitrary<FigureQuestion> = fc.record({
  from: fc.option(fc.constantFrom('2023-04-01', '2023-07-01', '2023-09-01')),
  until: fc.option(fc.constantFrom('2023-10-01', '2024-04-01', '2023-08-11')),
  by: fc.constantFrom('period' as const, 'quarter' as const),
  scope: fc.option(fc.constantFrom('programme', 'strand:social', 'service:real')),
});

const figures: readonly (readonly [Figure, (recount: PeopleRecount) => readonly RecountedRow[]])[] = [
  [reachNewAndReturning, (recount) => recount.newAndReturning()],
  [reachByArea, (recount) => recount.byArea()],
  [reachByCharacteristic, (recount) => recount.byCharacteristic()],
  [reachByPriority, (recount) => recount.byPriority()],
  [reachThroughCarers, (recount) => recount.throughCarers()],
  [reachUncertainty, (recount) => recount.uncertainty()],
  [reachByServicesUsed, (recount) => recount.byServicesUsed()],
  [servicePairs, (recount) => recount.pairs()],
  [serviceSteps, (recount) => recount.steps()],
  [dosage, (recount) => recount.dosage()],
  [populationReached, (recount) => recount.population()],
];

describe('figures of people', () => {
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

  const tries = Math.ceil(60 * Number(process.env['KINLEDGER_PROPERTY_FACTOR'] ?? 1));

  /** Runs with the read models of a programme, which are gone afterwards. */
  const within = async (programme: SmallProgramme, run: () => Promise<void>) => {
    await client.query('BEGIN');
    try {
      await writeSmallProgramme(client, 'tried', programme);
      await client.query('SET LOCAL search_path TO tried, pg_temp');
      await run();
    } finally {
      await client.query('ROLLBACK');
    }
  };

  const ask = async (figure: Figure, { from, until, by, scope }: FigureQuestion) => {
    const names = figure.returns.map(({ name }, index) => `"${index} ${name}"`);
    const { rows } = await client.query<(string | number | null)[]>({
      text: `SELECT * FROM (${figure.sql}) AS answered (${names.join(', ')})`,
      values: [from, until, by, scope],
      rowMode: 'array',
    });
    return rows.map((row) => JSON.stringify(row)).toSorted();
  };

  const inOrderOf = (figure: Figure, rows: readonly RecountedRow[]) =>
    rows
      .map((row) => {
        const values = Object.values(row);
        expect(values).toHaveLength(figure.returns.length);
        return JSON.stringify(values);
      })
      .toSorted();

  it('equal a recount from the rows, in any programme, for any question', async () => {
    await fc.assert(
      fc.asyncProperty(
        programmes,
        fc.array(questions, { minLength: 3, maxLength: 3 }),
        async (programme, asked) => {
          await within(programme, async () => {
            for (const question of asked) {
              const recount = new PeopleRecount(programme, question);
              for (const [figure, recounted] of figures) {
                const expected = inOrderOf(figure, recounted(recount));
                expect(await ask(figure, question), `${figure.id} ${JSON.stringify(question)}`).toEqual(
                  expected,
                );
              }
            }
          });
        },
      ),
      { numRuns: tries, endOnFailure: true },
    );
  }, 600_000);

  it.each<[string, Pick<SmallProgramme, 'people' | 'engagements' | 'referrals'>, object]>([
    [
      'whose only individual has no identifier, and may be a boy who is counted',
      {
        people: [
          { name: 'boy', role: 'child', attributes: { gender: 'M' } },
          { name: 'nameless', role: 'child' },
        ],
        engagements: [
          { person: 'boy', service: 'real', date: '2023-08-01' },
          { person: 'nameless', service: 'real', date: '2023-08-01', unidentifiedCase: 1 },
        ],
      },
      { 'all all': 1, 'gender M': 1, 'gender null': 0 },
    ],
    [
      'with one of a pair that waits for review, whose other is of another group',
      {
        people: [
          { name: 'girl', role: 'child', attributes: { gender: 'F' } },
          { name: 'unknown', role: 'child' },
        ],
        engagements: [
          { person: 'girl', service: 'real', date: '2023-08-01' },
          { person: 'unknown', service: 'real', date: '2023-08-01' },
        ],
        referrals: [[0, 1]],
      },
      { 'all all': 1, 'gender F': 0, 'gender null': 0 },
    ],
  ])('counts nobody for certain in a group %s', async (_, rows, expected) => {
    const gender = { characteristic: 'gender', attribute: 'gender', title: 'Gender', roles: ['child'], groups: null } as const; // prettier-ignore
    await within({ ...rows, services, characteristics: [gender] }, async () => {
      const place = (name: string) => reachUncertainty.returns.findIndex((each) => each.name === name);
      const question = { from: '2023-07-01', until: '2023-10-01', by: 'period', scope: 'programme' } as const;
      const answered = (await ask(reachUncertainty, question)).map((row) => JSON.parse(row) as unknown[]);
      const of = (characteristic: string) =>
        answered
          .filter((row) => row[place('characteristic')] === characteristic)
          .map((row) => [`${characteristic} ${String(row[place('value')])}`, row[place('atLeast')]] as const);
      expect(Object.fromEntries([...of('all'), ...of('gender')])).toEqual(expected);
    });
  });
});
