import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SmallEngagement } from '@kinledger/read-models/testing';
import { publishSmallProgramme } from '../testing.js';
import { reachUncounted } from './reach-columns.js';
import { reachByQuarter, type ReachScope } from './reach-by-quarter.js';
import { wholeReach, type ReachCounts } from './whole-reach.js';

/** 2023-24-Q2: 1 July to 30 September 2023. */
const quarter = { start: '2023-07-01', end: '2023-10-01' };

/** A row of attendance, with a birth date by default. */
const visit = (person: string, service: string, row: Partial<SmallEngagement> = {}): SmallEngagement => ({
  ...{ person, service, date: '2023-08-01', born: true },
  ...row,
});
const nobody = (
  service: string,
  setAside: 'unlinkable' | 'referred' | 'impersonal',
  times: number,
): SmallEngagement[] =>
  Array.from({ length: times }, () => ({
    ...{ service, date: '2023-08-01', setAside },
    role: setAside === 'impersonal' ? 'none' : 'adult',
  }));

/**
 * Zoe and Max have two carers, Amara and David; Bo is alone. Vera is a volunteer and Prac a practitioner. The figures
 * below are counted by hand from the definitions in the figures guide.
 */
const engagements: readonly SmallEngagement[] = [
  visit('amara', 'real', { date: '2023-07-01' }),
  visit('amara', 'real', { date: '2023-07-08' }),
  visit('david', 'real'),
  visit('prac', 'real'),
  visit('zoe', 'chatter', { date: '2023-09-30' }),
  visit('zoe', 'chatter'),
  visit('amara', 'steps'),
  // Only Bo’s address links the two rows, so they could be two people.
  visit('bo', 'steps', { born: false }),
  visit('bo', 'steps', { born: false }),
  visit('vera', 'steps'),
  visit('vera', 'steps'),
  visit('david', 'visiting'),
  visit('prac', 'office'),
  // None of these counts: absent, retired, the day before the quarter, the day after.
  visit('zoe', 'real', { qualifying: false }),
  visit('max', 'real', { retired: true }),
  visit('max', 'real', { retired: true, date: '2022-05-01' }),
  visit('max', 'real', { date: '2023-06-30' }),
  visit('max', 'real', { date: '2023-10-01' }),
  ...nobody('real', 'unlinkable', 2),
  ...nobody('steps', 'referred', 1),
  ...nobody('steps', 'impersonal', 1),
  ...nobody('visiting', 'impersonal', 3),
  ...nobody('supply', 'impersonal', 2),
];

const none: ReachCounts = {
  children: 0,
  adults: 0,
  families: 0,
  individuals: 0,
  childrenThroughCarerOnly: 0,
  workforce: 0,
  unlinkable: 0,
  referred: 0,
  indistinct: 0,
  upperBound: 0,
  anonymous: 0,
  byBirthDateAlone: 0,
  familyUnknown: 0,
  relatedFamilies: 0,
  familiesUpperBound: 0,
  joinedByScore: 0,
};
const programme: ReachCounts = {
  children: 1, // Zoe
  adults: 3, // Amara, David, Bo
  families: 2,
  individuals: 4,
  childrenThroughCarerOnly: 1, // Max
  workforce: 2,
  unlinkable: 2,
  referred: 1,
  indistinct: 1,
  upperBound: 8,
  anonymous: 6,
  byBirthDateAlone: 3, // all but Bo
  familyUnknown: 0,
  relatedFamilies: 1, // not Bo’s
  familiesUpperBound: 6,
  joinedByScore: 4, // Amara’s second and third row, David’s and Zoe’s second one
};
const language: ReachCounts = {
  ...none,
  children: 1,
  adults: 2,
  families: 1,
  individuals: 3,
  childrenThroughCarerOnly: 1, // Max; Zoe came herself
  workforce: 1,
  unlinkable: 2,
  upperBound: 5,
  byBirthDateAlone: 3,
  relatedFamilies: 1,
  familiesUpperBound: 3,
  joinedByScore: 2,
};
const social: ReachCounts = {
  ...none,
  adults: 2, // Amara, Bo
  families: 2,
  individuals: 2,
  childrenThroughCarerOnly: 2, // Zoe, Max
  workforce: 1,
  referred: 1,
  indistinct: 1,
  upperBound: 4,
  anonymous: 1,
  byBirthDateAlone: 1,
  relatedFamilies: 1,
  familiesUpperBound: 4,
};
const byService: Record<string, ReachCounts> = {
  real: {
    ...none,
    adults: 2,
    families: 1,
    individuals: 2,
    childrenThroughCarerOnly: 2, // each of them once, whatever the number of their carers
    workforce: 1,
    unlinkable: 2,
    upperBound: 4,
    byBirthDateAlone: 2,
    relatedFamilies: 1,
    familiesUpperBound: 3,
    joinedByScore: 1,
  },
  chatter: {
    ...{ ...none, children: 1, families: 1, individuals: 1, upperBound: 1, byBirthDateAlone: 1 },
    ...{ relatedFamilies: 1, familiesUpperBound: 1, joinedByScore: 1 },
  },
  steps: social,
  visiting: {
    ...none,
    adults: 1,
    families: 1,
    individuals: 1,
    childrenThroughCarerOnly: 2,
    upperBound: 1,
    anonymous: 3,
    byBirthDateAlone: 1,
    relatedFamilies: 1,
    familiesUpperBound: 1,
  },
  office: { ...none, workforce: 1 },
  supply: { ...none, anonymous: 2 },
};

describe('reach of a quarter, worked out by hand', () => {
  let databases: TestDatabases;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await client.connect();
    await publishSmallProgramme(client, {
      services: [
        { id: 'real', strand: 'language' },
        { id: 'chatter', strand: 'language' },
        { id: 'steps', strand: 'social' },
        { id: 'visiting', strand: null },
        { id: 'office', strand: null },
        { id: 'supply', strand: null },
        { id: 'silent', strand: null },
      ],
      people: [
        { name: 'zoe', role: 'child', family: 'okafor', lsoa: 'E01000001' },
        { name: 'max', role: 'child', family: 'okafor' },
        { name: 'amara', role: 'adult', family: 'okafor', lsoa: 'E01000001' },
        { name: 'david', role: 'adult', family: 'okafor' },
        { name: 'bo', role: 'adult', lsoa: 'E01000002' },
        { name: 'vera', role: 'volunteer' },
        { name: 'prac', role: 'practitioner' },
      ],
      // A family of a narrower scope is evidence of kinship, and no family that is counted.
      scopedFamilies: [
        { scope: 'language', name: 'zoe', family: 'scoped' },
        { scope: 'language', name: 'david', family: 'another scoped' },
      ],
      carers: [
        ['zoe', 'amara'],
        ['zoe', 'david'],
        ['max', 'amara'],
        ['max', 'david'],
      ],
      engagements,
    });
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  const asked = () => wholeReach(client, { period: quarter });
  const figureOf = (figure: ReachCounts): ReachCounts =>
    Object.fromEntries(
      Object.keys(none).map((name) => [name, figure[name as keyof ReachCounts]]),
    ) as unknown as ReachCounts;

  it('has an upper bound of the individuals plus the columns that count towards it', async () => {
    const found = await asked();
    for (const figure of [
      found.programme,
      ...found.strands,
      ...found.strands.flatMap(({ services }) => services),
    ]) {
      const counted = reachUncounted
        .filter(({ inUpperBound }) => inUpperBound)
        .reduce((sum, { column }) => sum + figure[column], figure.individuals);
      expect(figure.upperBound).toBe(counted);
    }
  });

  it('is counted for the programme, each strand and each service', async () => {
    const found = await asked();
    expect(figureOf(found.programme)).toEqual(programme);
    expect(found.strands.map((strand) => [strand.strand, figureOf(strand)])).toEqual([
      ['language', language],
      ['social', social],
    ]);
    expect(found.strands.map(({ services }) => services.map((one) => [one.service, figureOf(one)]))).toEqual([
      [
        ['real', byService['real']],
        ['chatter', byService['chatter']],
      ],
      [['steps', byService['steps']]],
    ]);
  });

  it('shows services without a strand only if they report people', async () => {
    const { otherServices } = await asked();
    expect(otherServices.map((one) => [one.service, figureOf(one)])).toEqual(
      ['visiting', 'office', 'supply'].map((service) => [service, byService[service]]),
    );
  });

  it('says how many the sum over services would count twice', async () => {
    const { doubleCountingRemoved } = await asked();
    expect(doubleCountingRemoved).toEqual({ children: 0, adults: 2, families: 3 });
  });

  it('counts each person once in the deprivation decile of their area, however often they attended', async () => {
    const { byDeprivation } = await asked();
    expect(byDeprivation).toEqual([
      { decile: 1, children: 1, adults: 1, families: 1 },
      { decile: 10, children: 0, adults: 1, families: 1 },
      { decile: null, children: 0, adults: 1, families: 1 },
    ]);
  });

  it('is the same in the series by quarter', async () => {
    const scopes: [ReachScope, ReachCounts][] = [
      [{ kind: 'programme' }, programme],
      [{ kind: 'strand', id: 'language' }, language],
      [{ kind: 'strand', id: 'social' }, social],
      ...['real', 'chatter', 'steps', 'visiting', 'office', 'supply'].map((id): [ReachScope, ReachCounts] => [
        { kind: 'service', id },
        byService[id] ?? none,
      ]),
    ];
    for (const [scope, expected] of scopes) {
      const quarters = await reachByQuarter(client, scope);
      const found = quarters.find((one) => one.start === quarter.start);
      expect({ scope, ...found }).toEqual({ scope, start: quarter.start, ...expected });
    }
    const real = await reachByQuarter(client, { kind: 'service', id: 'real' });
    expect(real.map(({ start, children }) => [start, children])).toEqual([
      ['2023-04-01', 1],
      ['2023-07-01', 0],
      ['2023-10-01', 1],
    ]);
  });
});
