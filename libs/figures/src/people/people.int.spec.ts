import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { askFigure } from '../publishing/ask.js';
import { publishSmallProgramme } from '../testing.js';
import { dosage } from './dosage.js';
import { minimumReached } from './minimum-reached.js';
import { populationReached } from './population-reached.js';
import { reachByCharacteristic } from './reach-by-characteristic.js';
import { reachByPriority } from './reach-by-priority.js';
import { reachNewAndReturning } from './reach-new-and-returning.js';
import { serviceOrders, serviceSteps } from './service-pairs.js';

/** 2023-24-Q2: 1 July to 30 September 2023. */
const quarter = { from: '2023-07-01', until: '2023-10-01' };

describe('figures of people of a known programme', () => {
  let databases: TestDatabases;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await client.connect();
    await publishSmallProgramme(client, {
      services: [
        { id: 'real', strand: 'language' },
        { id: 'steps', strand: 'social' },
      ],
      people: [
        {
          ...{ name: 'zoe', role: 'child', family: 'okafor', lsoa: 'E01000001' },
          attributes: { gender: 'F', birthMonth: '2021-09' },
        },
        {
          name: 'amara',
          role: 'adult',
          family: 'okafor',
          lsoa: 'E01000001',
          attributes: { loneParent: 'not-known' },
        },
        { name: 'cy', role: 'child', lsoa: 'E01000003', attributes: { gender: 'M' } },
        { name: 'idle', role: 'child' },
      ],
      characteristics: [
        { characteristic: 'gender', attribute: 'gender', title: 'Gender', roles: ['child'], groups: null },
      ],
      definition: {
        services: [{ id: 'real', sessions: [{ from: '2020-04-01', minimum: 2, intended: 4 }] }],
        priorityPopulation: {
          ...{ name: 'First', version: 3, from: '2020-04-01' },
          rule: { all: [{ deprivationDecile: { atMost: 2 } }, { attribute: 'loneParent', in: ['yes'] }] },
        },
        populations: [
          {
            ...{ id: 'under-five', name: 'Under five', of: 'children', agedUnder: 5, on: '2023-06-30' },
            source: { edition: 'Mid-2023', rows: [{ lsoa: 'E01000001', count: 4 }] },
          },
        ],
      },
      registrations: [{ person: 'idle', service: 'real', date: '2023-08-01' }],
      engagements: [
        { person: 'amara', service: 'steps', date: '2023-05-01' },
        { person: 'zoe', service: 'real', date: '2023-07-03' },
        { person: 'zoe', service: 'real', date: '2023-07-10' },
        { person: 'zoe', service: 'steps', date: '2023-07-12' },
        { person: 'amara', service: 'real', date: '2023-07-03' },
        { person: 'cy', service: 'real', date: '2023-09-30' },
        { service: 'real', date: '2023-08-01', setAside: 'unlinkable', role: 'child' },
      ],
    });
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  it('tells who is new in each scope, and counts a family as new if none of its members came before', async () => {
    const rows = await askFigure(client, reachNewAndReturning, quarter);
    expect(rows.find(({ scope }) => scope === 'programme')).toMatchObject({
      ...{ newChildren: 2, newAdults: 0, newIndividuals: 2, newFamilies: 1 },
      ...{ returningChildren: 0, returningAdults: 1, returningIndividuals: 1, returningFamilies: 1 },
      ...{ lifetimeChildren: 2, lifetimeAdults: 1, lifetimeFamilies: 2, unlinkable: 1, referred: 0 },
    });
    expect(rows.find(({ scope }) => scope === 'service:real')).toMatchObject({
      ...{ newAdults: 1, returningAdults: 0, newFamilies: 2 },
    });
  });

  it('has a value of each characteristic for everybody, and rows of nobody where it is unknown', async () => {
    const rows = await askFigure(client, reachByCharacteristic, { ...quarter, scope: 'programme' });
    const of = (name: string) =>
      rows.flatMap(({ characteristic, value, children, adults, unlinkable }) =>
        characteristic === name ? [[value, children, adults, unlinkable]] : [],
      );
    expect(of('gender')).toEqual([
      ['F', 1, 0, 0],
      ['M', 1, 0, 0],
      ['not-applicable', 0, 1, 0],
      [null, 0, 0, 1],
    ]);
    // Zoe turned two within the last month of the quarter.
    expect(of('ageBand')).toEqual([
      ['2', 1, 0, 0],
      [null, 1, 1, 1],
    ]);
  });

  it('says unknown of the priority population only where the rest does not decide', async () => {
    const rows = await askFigure(client, reachByPriority, { ...quarter, scope: 'programme' });
    expect(rows.map(({ priority, rule, children, adults }) => [priority, rule, children, adults])).toEqual([
      ['no', 'First, version 3', 1, 0],
      [null, 'First, version 3', 1, 1],
    ]);
  });

  it('puts people into bands of sessions, with who was registered and never came', async () => {
    const rows = await askFigure(client, dosage, { ...quarter, scope: 'service:real' });
    expect(
      rows.map(({ band, children, adults, childrenInProgress }) => [
        band,
        children,
        adults,
        childrenInProgress,
      ]),
    ).toEqual([
      ['0', 1, 0, 1],
      ['1', 1, 1, 1],
      ['minimum', 1, 0, 1],
      [null, 0, 0, 0],
    ]);
  });

  it('orders services by the day of the first engagement in the period', async () => {
    const rows = await askFigure(client, serviceSteps, { ...quarter, scope: 'programme' });
    expect(
      rows.map(({ entry, next, individuals, families }) => [entry, next, individuals, families]),
    ).toEqual([['real', 'steps', 1, 1]]);
  });

  it('counts every service before every later one, and a family by the first day of any member', async () => {
    const ordered = async (question: object) =>
      (await askFigure(client, serviceOrders, { scope: 'programme', ...question })).map(
        ({ earlier, later, individuals, families, onOneDay }) => [
          ...[earlier, later, individuals, families, onOneDay],
        ],
      );
    expect(await ordered(quarter)).toEqual([['real', 'steps', 1, 1, 0]]);
    expect(await ordered({})).toEqual([
      ['steps', 'real', 1, 1, 0],
      ['real', 'steps', 1, 0, 0],
    ]);
  });

  it('tells who reached the minimum of a service that has one, by who they are', async () => {
    const rows = await askFigure(client, minimumReached, { ...quarter, scope: 'programme' });
    const of = (name: string) =>
      rows.flatMap(({ characteristic, value, children, childrenReached, adults, adultsReached }) =>
        characteristic === name ? [[value, children, childrenReached, adults, adultsReached]] : [],
      );
    expect(of('all')).toEqual([['all', 2, 1, 1, 0]]);
    expect(of('gender')).toEqual([
      ['F', 1, 1, 0, 0],
      ['M', 1, 0, 0, 0],
      ['not-applicable', 0, 0, 1, 0],
    ]);
    expect(await askFigure(client, minimumReached, { ...quarter, scope: 'service:steps' })).toEqual([]);
  });

  it('compares a population with the reached people of the same cohort and area', async () => {
    const rows = await askFigure(client, populationReached, { ...quarter, scope: 'programme' });
    expect(rows.find(({ characteristic }) => characteristic === 'lsoa')).toMatchObject({
      ...{ edition: 'Mid-2023, 2023-06-30', value: 'E01000001' },
      ...{ inPopulation: 4, reached: 1, notReached: 3, beyondPopulation: 0, reachedOfUnknownAge: 0 },
    });
    const share = (reached: number, inPopulation: number) =>
      populationReached.derived['reachedPercent']?.of({ reached, inPopulation });
    expect([share(1, 4), share(5, 4), share(1, 0)]).toEqual([25, 125, null]);
  });
});
