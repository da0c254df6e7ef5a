import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SmallEngagement, SmallPerson } from '@kinledger/read-models/testing';
import { publishSmallProgramme } from '../testing.js';
import { askFigure } from '../publishing/ask.js';
import { reachByQuarter } from './reach-by-quarter.js';
import { reach, reach1 } from './reach.js';
import { wholeReach } from './whole-reach.js';

/** 2023-24-Q2: 1 July to 30 September 2023. */
const quarter = { start: '2023-07-01', end: '2023-10-01' };

describe('reach', () => {
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
      // Each row has a birth date, so that it is certain whose it is.
      engagements: (
        [
          { person: 'zoe', service: 'real', date: '2023-07-01' },
          { person: 'zoe', service: 'real', date: '2023-09-30' },
          { person: 'zoe', service: 'chatter', date: '2023-08-01' },
          { person: 'amara', service: 'steps', date: '2023-08-01' },
          { person: 'amara', service: 'real', date: '2023-08-01' },
          { person: 'bo', service: 'steps', date: '2023-08-02' },
          { person: 'worker', service: 'steps', date: '2023-08-02' },
          // The day before the half-open period and the first day after it.
          { person: 'cy', service: 'real', date: '2023-06-30' },
          { person: 'cy', service: 'real', date: '2023-10-01' },
          // Neither counts: not qualifying, retired.
          { person: 'cy', service: 'real', date: '2023-08-01', qualifying: false },
          { person: 'cy', service: 'real', date: '2023-08-01', retired: true },
          { service: 'steps', date: '2023-08-01', setAside: 'unlinkable' },
          { service: 'steps', date: '2023-08-01', setAside: 'referred' },
        ] satisfies SmallEngagement[]
      ).map((engagement) => ({ born: true, ...engagement })),
    });
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  it('counts each person once in the programme, whatever services they used', async () => {
    const { programme, position } = await wholeReach(client, { period: quarter });
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
      indistinct: 0,
      upperBound: 5,
      anonymous: 0,
      byBirthDateAlone: 3,
      familyUnknown: 0,
      relatedFamilies: 1,
      familiesUpperBound: 4,
      joinedByScore: 3,
    });
  });

  it('counts a person once per strand and per service, and says how many the sum would count twice', async () => {
    const { strands, doubleCountingRemoved } = await wholeReach(client, { period: quarter });
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

  it('counts children reached through a carer only separately in each scope', async () => {
    const { strands } = await wholeReach(client, { period: quarter });
    // Zoe herself came to the language strand, but to the social one only through her carer.
    expect(strands.map((strand) => [strand.strand, strand.childrenThroughCarerOnly])).toEqual([
      ['language', 1],
      ['social', 2],
    ]);
  });

  it('counts all dates for lifetime', async () => {
    const { programme } = await wholeReach(client, {});
    expect([programme.children, programme.adults, programme.families]).toEqual([2, 2, 3]);
  });

  it('lists deprivation deciles, the unknown last', async () => {
    const { byDeprivation } = await wholeReach(client, {});
    expect(byDeprivation).toEqual([
      { decile: 1, children: 1, adults: 1, families: 1 },
      { decile: 10, children: 0, adults: 1, families: 1 },
      { decile: null, children: 1, adults: 0, families: 1 },
    ]);
  });

  it('equals the series by quarter', async () => {
    const quarters = await reachByQuarter(client, { kind: 'programme' });
    expect(quarters.map(({ start, individuals, families }) => [start, individuals, families])).toEqual([
      ['2023-04-01', 1, 1],
      ['2023-07-01', 3, 2],
      ['2023-10-01', 1, 1],
    ]);
    const language = await reachByQuarter(client, { kind: 'strand', id: 'language' });
    expect(language.find(({ start }) => start === quarter.start)).toMatchObject({
      children: 1,
      adults: 1,
      families: 1,
    });
  });
});

describe('reach by the content of rows', () => {
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
  ];
  const pat: SmallPerson = { name: 'pat', role: 'adult' };
  const at = (service: string, row: Partial<SmallEngagement> = {}): SmallEngagement => ({
    person: 'pat',
    service,
    date: '2023-08-01',
    ...row,
  });
  const figures = async (engagements: readonly SmallEngagement[], people = [pat]) => {
    await publishSmallProgramme(client, { services, people, engagements });
    return wholeReach(client, { period: quarter });
  };

  it('counts one person as an adult in one service and as workforce in another', async () => {
    const { programme, strands } = await figures([
      at('real', { role: 'adult', born: true }),
      at('steps', { role: 'volunteer', born: true }),
    ]);
    expect(programme).toMatchObject({ children: 0, adults: 1, workforce: 1, individuals: 1, upperBound: 1 });
    expect(strands.map(({ adults, workforce }) => [adults, workforce])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('counts by the row’s role, whatever the individual’s own role', async () => {
    const { programme } = await figures([at('real', { role: 'child', born: true })]);
    expect(programme).toMatchObject({ children: 1, adults: 0, families: 1, individuals: 1 });
  });

  it.each<[what: string, rows: Partial<SmallEngagement>[], families: number, familyUnknown: number]>([
    ['one row with an identifier', [{ born: true, caseNumber: 7 }], 1, 0],
    ['rows without an identifier', [{ unidentifiedCase: 7 }, { unidentifiedCase: 7 }], 0, 1],
    ['a row without an identifier and one with it', [{ unidentifiedCase: 7 }, { born: true }], 1, 0],
    [
      'a row without an identifier, and one with it that does not count',
      [{ unidentifiedCase: 7 }, { born: true, qualifying: false }],
      1,
      0,
    ],
    [
      'a row without an identifier, and one with it that a later file replaced',
      [{ unidentifiedCase: 7 }, { born: true, retired: true }],
      0,
      1,
    ],
  ])(
    'counts a person in no family who has %s as a family or not',
    async (_, rows, families, familyUnknown) => {
      const { programme, byDeprivation } = await figures(rows.map((row) => at('real', row)));
      expect(programme).toMatchObject({ adults: 1, individuals: 1, families, familyUnknown });
      expect(programme.familiesUpperBound).toBe(families + familyUnknown + programme.indistinct);
      expect(byDeprivation).toEqual([{ decile: null, children: 0, adults: 1, families }]);
    },
  );

  it('counts the family of a relative without an identifier, as its first version does', async () => {
    await figures([at('real', { unidentifiedCase: 7 })], [{ ...pat, family: 'okafor' }]);
    const asked = { scope: 'programme' };
    expect(await askFigure(client, reach, asked)).toMatchObject([
      { families: 1, familyUnknown: 0, relatedFamilies: 1 },
    ]);
    expect(await askFigure(client, reach1, asked)).toMatchObject([{ families: 1 }]);
  });

  it('counts a person without an identifier as a family of one in its first version', async () => {
    await figures([at('real', { unidentifiedCase: 7 })]);
    expect(await askFigure(client, reach1, { scope: 'programme' })).toMatchObject([
      { families: 1, adults: 1 },
    ]);
  });

  it.each<[joinedByScore: number, what: string, rows: Partial<SmallEngagement>[]]>([
    [0, 'one row', [{ born: true }]],
    [1, 'two rows with a birth date', [{ born: true }, { born: true }]],
    [
      0,
      'two rows with a birth date, of one case',
      [
        { born: true, caseNumber: 7 },
        { born: true, caseNumber: 7 },
      ],
    ],
    [0, 'two rows with an NHS number', [{ nhsNumber: true }, { nhsNumber: true }]],
    [
      1,
      'rows with an NHS number and with a birth date, and one with both',
      [{ nhsNumber: true }, { born: true }, { nhsNumber: true, born: true }],
    ],
    [0, 'rows that the upper bound counts anyway', [{}, { unidentifiedCase: 7 }, { caseNumber: 8 }]],
  ])('says that links by a score could hide %i people among %s', async (joinedByScore, _, rows) => {
    const { programme } = await figures(rows.map((row) => at('real', row)));
    expect(programme).toMatchObject({ individuals: 1, joinedByScore });
    await publishSmallProgramme(client, {
      ...{ services, people: [pat], engagements: rows.map((row) => at('real', row)) },
      definition: { strategy: { name: 'leap-1' } },
    });
    expect((await wholeReach(client, { period: quarter })).programme.joinedByScore).toBe(0);
  });

  it('leaves workforce and anonymous rows out of the upper bound, and shows the anonymous ones', async () => {
    const { programme } = await figures([
      { service: 'real', date: '2023-08-01', setAside: 'unlinkable', role: 'practitioner' },
      { service: 'real', date: '2023-08-01', setAside: 'referred', role: 'volunteer' },
      { service: 'real', date: '2023-08-01', setAside: 'impersonal', role: 'none' },
      { service: 'real', date: '2023-08-01', setAside: 'unlinkable', role: 'child' },
    ]);
    expect(programme).toMatchObject({
      individuals: 0,
      unlinkable: 1,
      referred: 0,
      anonymous: 1,
      upperBound: 1,
    });
  });

  it.each<[people: number, what: string, rows: Partial<SmallEngagement>[]]>([
    [1, 'one row', [{}]],
    [2, 'two rows that say nothing', [{}, {}]],
    [1, 'two rows with a birth date', [{ born: true }, { born: true }]],
    [2, 'a row with a birth date and one without', [{ born: true }, {}]],
    [2, 'a row with an NHS number and one with a birth date', [{ nhsNumber: true }, { born: true }]],
    [
      1,
      'the same, and a row with both',
      [{ nhsNumber: true }, { born: true }, { nhsNumber: true, born: true }],
    ],
    [
      1,
      'a row with an NHS number and one with a birth date, of one case',
      [
        { nhsNumber: true, caseNumber: 7 },
        { born: true, caseNumber: 7 },
      ],
    ],
    [1, 'three rows of one case', [{ caseNumber: 7 }, { caseNumber: 7 }, { caseNumber: 7 }]],
    [2, 'rows of two cases', [{ caseNumber: 7 }, { caseNumber: 8 }, { caseNumber: 8 }]],
    [
      1,
      'a row with a birth date and another of the same case',
      [{ born: true, caseNumber: 7 }, { caseNumber: 7 }],
    ],
    [
      1,
      'rows of two cases, each of which a row with a birth date has',
      [{ born: true, caseNumber: 7 }, { born: true, caseNumber: 8 }, { caseNumber: 7 }, { caseNumber: 8 }],
    ],
  ])('could be %i people: %s', async (people, _, rows) => {
    const { programme } = await figures(rows.map((row) => at('real', row)));
    expect(programme).toMatchObject({ individuals: 1, indistinct: people - 1, upperBound: people });
  });

  it('uses rows outside the period and scope to distinguish people, but does not count them', async () => {
    const { programme, strands } = await figures([
      at('real', { caseNumber: 7 }),
      at('steps', { born: true, caseNumber: 7, date: '2020-01-01' }),
    ]);
    expect(programme).toMatchObject({ individuals: 1, upperBound: 1 });
    expect(strands.map(({ upperBound }) => upperBound)).toEqual([1, 0]);
  });

  it('counts the first and the last day of the period, but neither the day before nor the day after', async () => {
    const on = (name: string, date: string) => at('real', { person: name, date, born: true });
    const days = [
      on('before', '2023-06-30'),
      on('first', '2023-07-01'),
      on('last', '2023-09-30'),
      on('after', '2023-10-01'),
    ];
    const { programme } = await figures(
      days,
      days.map(({ person = '' }): SmallPerson => ({ name: person, role: 'adult' })),
    );
    expect(programme).toMatchObject({ adults: 2, families: 2, individuals: 2 });
  });

  it('equals reach in each quarter and scope of the series', async () => {
    await figures(
      [
        at('real', { role: 'adult', date: '2023-07-01' }),
        at('real', { role: 'adult', date: '2023-07-01' }),
        at('steps', { role: 'volunteer', born: true, date: '2023-08-01' }),
        at('steps', { person: 'zoe', date: '2023-09-30', caseNumber: 7 }),
        at('real', { person: 'zoe', date: '2023-09-30', caseNumber: 8 }),
        at('real', { person: 'zoe', date: '2023-10-01', born: true, caseNumber: 9 }),
        { service: 'steps', date: '2023-08-01', setAside: 'unlinkable', role: 'practitioner' },
        { service: 'steps', date: '2023-08-01', setAside: 'unlinkable', role: 'child' },
        { service: 'real', date: '2023-08-01', setAside: 'referred', role: 'adult' },
      ],
      [
        { ...pat, family: 'one' },
        { name: 'zoe', role: 'child', family: 'one' },
      ],
    );
    const whole = await wholeReach(client, { period: quarter });
    const strands = whole.strands.map(
      (figure) => [{ kind: 'strand', id: figure.strand } as const, figure] as const,
    );
    const ofServices = whole.strands
      .flatMap(({ services: of }) => of)
      .map((figure) => [{ kind: 'service', id: figure.service } as const, figure] as const);
    for (const [scope, figure] of [
      [{ kind: 'programme' } as const, whole.programme] as const,
      ...strands,
      ...ofServices,
    ]) {
      const quarters = await reachByQuarter(client, scope);
      const { start, ...found } = quarters.find((one) => one.start === quarter.start)!;
      expect({ scope, start, ...figure }).toMatchObject({ scope, start, ...found });
    }
    expect(whole.programme).toMatchObject({ families: 1, indistinct: 2, unlinkable: 1, upperBound: 6 });
  });

  it('says how many people only a birth date, and no NHS number, distinguishes from others', async () => {
    const child = (name: string): SmallPerson => ({ name, role: 'child' });
    const { programme } = await figures(
      [
        at('real', { person: 'zoe', born: true }),
        at('real', { person: 'max', born: true, nhsNumber: true }),
        // Ada’s two rows share a case, and one of them has an NHS number. No case connects Ben’s rows.
        at('real', { person: 'ada', born: true, caseNumber: 7 }),
        at('steps', { person: 'ada', born: true, nhsNumber: true, caseNumber: 7, date: '2020-01-01' }),
        at('real', { person: 'ben', born: true }),
        at('steps', { person: 'ben', born: true, nhsNumber: true, date: '2020-01-01' }),
      ],
      ['zoe', 'max', 'ada', 'ben'].map(child),
    );
    expect(programme).toMatchObject({ children: 4, byBirthDateAlone: 2, upperBound: 4 });
  });
});
