import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeSmallProgramme } from '../testing.js';
import { reachByQuarter } from './reach-by-quarter.js';
import { reach } from './reach.js';

/** 2023-24-Q2: 1 July to 30 September 2023. */
const quarter = { start: '2023-07-01', end: '2023-10-01' };

describe('reach', () => {
  let databases: TestDatabases;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await client.connect();
    await writeSmallProgramme(client, 'golden', {
      services: [
        { id: 'real', strand: 'language' },
        { id: 'chatter', strand: 'language' },
        { id: 'steps', strand: 'social' },
        { id: 'capital', strand: 'social', people: false },
        { id: 'visiting', strand: null },
      ],
      people: [
        { name: 'zoe', role: 'child', family: 'okafor', lsoa: 'E01000001' },
        { name: 'max', role: 'child', family: 'okafor', lsoa: 'E01000001' },
        { name: 'amara', role: 'adult', family: 'okafor', lsoa: 'E01000001' },
        { name: 'bo', role: 'adult', lsoa: 'E01000002' },
        { name: 'worker', role: 'practitioner' },
        { name: 'cy', role: 'child' },
      ],
      carers: [
        ['zoe', 'amara'],
        ['max', 'amara'],
      ],
      engagements: [
        { person: 'zoe', service: 'real', date: '2023-07-01' },
        { person: 'zoe', service: 'real', date: '2023-09-30' },
        { person: 'zoe', service: 'chatter', date: '2023-08-01' },
        { person: 'amara', service: 'steps', date: '2023-08-01' },
        { person: 'amara', service: 'real', date: '2023-08-01' },
        { person: 'bo', service: 'steps', date: '2023-08-02' },
        { person: 'worker', service: 'steps', date: '2023-08-02' },
        // Outside the half-open period, and at its first day outside.
        { person: 'cy', service: 'real', date: '2023-06-30' },
        { person: 'cy', service: 'real', date: '2023-10-01' },
        // None of these counts: not qualifying, retired.
        { person: 'cy', service: 'real', date: '2023-08-01', qualifying: false },
        { person: 'cy', service: 'real', date: '2023-08-01', retired: true },
        { service: 'steps', date: '2023-08-01', setAside: 'unlinkable' },
        { service: 'steps', date: '2023-08-01', setAside: 'referred' },
      ],
    });
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  it('counts each person once in the programme, whoever they visited', async () => {
    const { programme, position } = await reach(client, { schema: 'golden', period: quarter });
    expect(position).toBe(41);
    expect(programme).toEqual({
      children: 1,
      adults: 2,
      families: 2,
      individuals: 3,
      childrenThroughCarerOnly: 1,
      workforce: 1,
      unlinkable: 1,
      referred: 1,
      upperBound: 5,
    });
  });

  it('counts a person once per strand and per service, and says what adding up would have doubled', async () => {
    const { strands, doubleCountingRemoved } = await reach(client, { schema: 'golden', period: quarter });
    const brief = (figure: { children: number; adults: number; families: number }) => [
      figure.children,
      figure.adults,
      figure.families,
    ];
    expect(strands.map((strand) => [strand.strand, ...brief(strand)])).toEqual([
      ['language', 1, 1, 1],
      ['social', 0, 2, 2],
    ]);
    expect(
      strands.flatMap(({ services }) => services.map((service) => [service.service, ...brief(service)])),
    ).toEqual([
      ['real', 1, 1, 1],
      ['chatter', 1, 0, 1],
      ['steps', 0, 2, 2],
      ['capital', 0, 0, 0],
    ]);
    expect(doubleCountingRemoved).toEqual({ children: 1, adults: 1, families: 2 });
  });

  it('keeps children reached through a carer apart at each level', async () => {
    const { strands } = await reach(client, { schema: 'golden', period: quarter });
    // Zoe herself came to the language strand, but to the social one only through her carer.
    expect(strands.map((strand) => [strand.strand, strand.childrenThroughCarerOnly])).toEqual([
      ['language', 1],
      ['social', 2],
    ]);
  });

  it('takes lifetime over all dates', async () => {
    const { programme } = await reach(client, { schema: 'golden' });
    expect([programme.children, programme.adults, programme.families]).toEqual([2, 2, 3]);
  });

  it('tells area deprivation, the unknown last', async () => {
    const { byDeprivation } = await reach(client, { schema: 'golden' });
    expect(byDeprivation).toEqual([
      { decile: 1, children: 1, adults: 1, families: 1 },
      { decile: 10, children: 0, adults: 1, families: 1 },
      { decile: null, children: 1, adults: 0, families: 1 },
    ]);
  });

  it('agrees with itself quarter by quarter', async () => {
    const quarters = await reachByQuarter(client, 'golden', { kind: 'programme' });
    expect(quarters.map(({ start, individuals, families }) => [start, individuals, families])).toEqual([
      ['2023-04-01', 1, 1],
      ['2023-07-01', 3, 2],
      ['2023-10-01', 1, 1],
    ]);
    const language = await reachByQuarter(client, 'golden', { kind: 'strand', id: 'language' });
    expect(language.find(({ start }) => start === quarter.start)).toMatchObject({
      children: 1,
      adults: 1,
      families: 1,
    });
  });
});
