import { programmeId, type QuarterFigures } from '@kinledger/contracts';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import {
  auditRelease,
  highsSolver,
  secondarySuppression,
  type Narrowed,
  type Release,
} from '@kinledger/disclosure';
import { parsePeriod } from '@kinledger/domain';
import {
  writeSmallProgramme,
  type SmallEngagement,
  type SmallProgramme,
} from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Cells } from '../closing/cells.js';
import { newestFigures } from '../closing/figures-in-force.js';
import { computeQuarter, type ComputedQuarter } from '../closing/compute-quarter.js';
import type { Figure } from '../figure.js';
import { figuresOfPeople } from '../people/figures-of-people.js';
import { reachNewAndReturning } from '../people/reach-new-and-returning.js';
import { reach } from '../reach/reach.js';
import { profileInForce } from './disclosure-profiles.js';
import { nameOf } from '../publication.js';
import { reachColumns } from '../reach/reach-columns.js';
import { releaseOfQuarter, type QuarterRelease } from './quarter-release.js';
import { groupsInOneRow } from './groups-in-one-row.js';
import { releaseWithEarlier } from './releases-together.js';
import { remedied, withRemedy } from './remedied.js';

const services = [
  { id: 'real', strand: 'language' },
  { id: 'chatter', strand: 'language' },
  { id: 'steps', strand: 'social' },
  { id: 'visiting', strand: null },
] as const;
const directory = services.map(({ id, strand }) => ({ service: id, strand, provider: `provider of ${id}` }));

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

/**
 * The figures of a small programme for a quarter, in a schema that is gone afterwards: by default those that a quarter closes
 * with.
 */
async function figuresOf(
  small: Omit<SmallProgramme, 'services'>,
  figures: readonly Figure[] = newestFigures(),
  period = '2023-24-Q2',
): Promise<ComputedQuarter> {
  await client.query('BEGIN');
  try {
    await writeSmallProgramme(client, 'tried', { services, ...small });
    await client.query('SET LOCAL search_path TO tried, pg_temp');
    return await computeQuarter(client, {
      ...{ programme: programmeId.parse('small'), period: parsePeriod(period)!, position: 41 },
      ...{ figures: figures.map(nameOf), disclosure: nameOf(profileInForce) },
    });
  } finally {
    await client.query('ROLLBACK');
  }
}

/** A programme at random: who comes where, with whom, and what their rows say of them. */
function randomProgramme(seed: number): Omit<SmallProgramme, 'services'> {
  let state = seed;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const people = Array.from({ length: 40 }, (_, index) => ({
    name: `person ${index}`,
    role: (['child', 'adult', 'child', 'practitioner'] as const)[below(4)] ?? 'child',
    ...(below(3) === 0 ? {} : { family: `family ${below(15)}` }),
    ...(below(3) === 0 ? {} : { lsoa: ['E01000001', 'E01000002'][below(2)] ?? '' }),
  }));
  const engagements = Array.from({ length: 80 }, (): SmallEngagement => {
    const service = services[below(services.length)]?.id ?? 'real';
    const marks = { born: below(2) === 0, nhsNumber: below(2) === 0 };
    const shared = {
      service,
      date: '2023-08-01',
      ...(below(3) === 0 ? { unidentifiedCase: below(9) } : marks),
    };
    const setAside = (['unlinkable', 'referred', 'impersonal'] as const)[below(12)];
    return setAside === undefined
      ? { ...shared, person: `person ${below(people.length)}` }
      : { ...shared, setAside, role: setAside === 'impersonal' ? 'none' : 'child' };
  });
  return { people, engagements };
}

/** The same with all that figures of people look at: earlier rows, characteristics, carers, registrations, a definition. */
function randomPeople(seed: number): Omit<SmallProgramme, 'services'> {
  const { people, engagements } = randomProgramme(seed);
  const own = (index: number, of: number): number => (index * 7 + seed) % of;
  return {
    people: people.map((person, index) => ({
      ...person,
      attributes: {
        ...(own(index, 3) === 0 ? {} : { gender: own(index, 2) === 0 ? 'F' : 'M' }),
        ...(own(index, 4) === 0 ? {} : { birthMonth: `20${String(own(index, 9) + 14)}-05` }),
      },
    })),
    engagements: engagements.map((row, index) => ({
      ...row,
      date: ['2023-08-01', '2023-05-01', '2023-09-30'][own(index, 3)] ?? row.date,
    })),
    carers: people.slice(0, 12).map(({ name }, index) => [name, people[12 + own(index, 20)]?.name ?? name]),
    registrations: people.map(({ name }, index) => ({
      ...{ person: name, service: services[own(index, 4)]?.id ?? 'real' },
      ...(own(index, 2) === 0 ? {} : { date: '2023-08-05' }),
    })),
    characteristics: [
      { characteristic: 'gender', attribute: 'gender', title: 'Gender', roles: ['child'], groups: null },
    ],
    definition: {
      area: { boundaryYear: 2021 },
      services: [{ id: 'real', sessions: [{ from: '2020-01-01', minimum: 2, intended: 3 }] }],
      priorityPopulation: {
        ...{ name: 'First', version: 1, from: '2023-06-01' },
        rule: { all: [{ inArea: true }, { attribute: 'gender', in: ['F'] }] },
      },
      populations: [
        {
          ...{ id: 'tabled', name: 'T', of: 'children', agedUnder: 5, on: '2023-06-30' },
          source: { edition: 'Table', rows: [{ lsoa: 'E01000001', count: 2 }] },
        },
        {
          ...{ id: 'listed', name: 'L', of: 'adults', on: '2023-06-30' },
          source: { dataset: 'visiting.user' },
        },
      ],
    },
  };
}

/** Relations of a release that the counts do not satisfy. */
function unsatisfied({ release, cells }: QuarterRelease, full: QuarterFigures): readonly unknown[] {
  const counts = new Cells(full);
  return release.relations.filter(({ terms, sum }) => {
    const total = terms.reduce((sofar, { cell: id, times }) => {
      const cell = cells.get(id);
      return (
        sofar +
        (cell === undefined
          ? NaN
          : times * counts.valueOf({ ...cell, figure: cell.figure.replace(/@.*$/, '') }))
      );
    }, 0);
    return !(total >= sum.low && total <= sum.high);
  });
}

const narrowedIn = async (release: Release): Promise<readonly Narrowed[]> =>
  auditRelease(await highsSolver(), release).narrowed;

describe('the release of a quarter’s figures', () => {
  it('holds for the true counts of programmes at random, in every bound and relation', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const { full, published } = await figuresOf(randomProgramme(seed));
      const quarter = releaseOfQuarter(published, directory);
      expect(unsatisfied(quarter, full), `seed ${seed}`).toEqual([]);
      const counts = new Cells(full);
      for (const { id, known } of quarter.release.cells) {
        const cell = quarter.cells.get(id);
        const count = counts.valueOf({ ...cell!, figure: cell!.figure.replace(/@.*$/, '') });
        expect(count >= known.low && count <= known.high, `seed ${seed}: ${id}`).toBe(true);
      }
    }
  });

  it('holds for the figures of people, although no quarter closes with them', async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const { full, published } = await figuresOf(randomPeople(seed), [reach, ...figuresOfPeople]);
      expect(unsatisfied(releaseOfQuarter(published, directory), full), `seed ${seed}`).toEqual([]);
      const empty = full.figures.filter(({ rows }) => rows.length === 0).map(({ figure }) => figure);
      expect(empty, `seed ${seed}`).toEqual([]);
    }
  });

  it('gives away a small count of rows where roundings leave no room for another one', async () => {
    const rows = (service: string, times: number): SmallEngagement[] =>
      Array.from({ length: times }, () => ({
        ...{ service, date: '2023-08-01', setAside: 'impersonal', role: 'none' },
      }));
    // 10 is shown as 10, and 11 too: the suppressed row of the other service can be 1 to 4.
    const safe = await figuresOf({ people: [], engagements: [...rows('real', 10), ...rows('chatter', 1)] });
    expect(await narrowedIn(releaseOfQuarter(safe.published, directory).release)).toEqual([]);
    // 8 and 13 are shown as 10 and 15, so they are 21 at least; 22 is shown as 20, so it is 22 at most.
    const narrow = await figuresOf({
      people: [],
      engagements: [...rows('real', 8), ...rows('chatter', 13), ...rows('steps', 1)],
    });
    const { release } = releaseOfQuarter(narrow.published, directory);
    expect(await narrowedIn(release)).toEqual([
      { cell: 'reach@2 strand:social anonymous', feasible: [1] },
      { cell: 'reach@2 service:steps anonymous', feasible: [1] },
    ]);
    // Whoever sees a count suppressed beside small ones knows that it is 8 at least, so that 8 rows cannot hide the one.
    expect(secondarySuppression(await highsSolver(), release)).toMatchObject({
      suppressed: ['reach@2 service:chatter anonymous'],
      audit: { narrowed: [] },
    });
  });

  it('names the published sums that would give a count back which is suppressed as well', async () => {
    const { published } = await figuresOf(randomProgramme(2));
    const { release, sums } = releaseOfQuarter(published, directory);
    const shown = release.cells.find(({ id }) => id === 'reach@2 programme individuals');
    expect(shown?.protected).toBe(false);
    const bound = published.figures.find(({ figure }) => figure === 'reach@2');
    const row = bound?.rows.find(([scope]) => scope === 'programme');
    const sum = row?.[bound?.columns.indexOf('upperBound') ?? -1];
    const parts = sum === null ? undefined : ['reach@2 programme upperBound'];
    expect(sums.get('reach@2 programme individuals')).toEqual(parts);
  });

  it(
    'is made safe when a quarter closes: no count that it suppresses has fewer than three values',
    { timeout: 240_000 },
    async () => {
      const solver = await highsSolver();
      let suppressed = 0;
      let withheld = 0;
      for (let seed = 1; seed <= 4; seed += 1) {
        const { full, published } = await figuresOf(randomProgramme(seed));
        const safe = remedied(solver, published, directory, { full, earlier: [] });
        const { release, cells } = releaseOfQuarter(safe, directory);
        expect(auditRelease(solver, release), `seed ${seed}`).toMatchObject({ narrowed: [], unknown: [] });
        expect(safe.remedy?.narrowed).toEqual([]);
        suppressed += safe.remedy?.suppressed.length ?? 0;
        withheld += safe.remedy?.withheld.length ?? 0;
        // What a reader is taken to know is true of the counts as they are.
        const counts = new Cells(full);
        for (const { id, known } of release.cells) {
          const cell = cells.get(id);
          const count = counts.valueOf({ ...cell!, figure: cell!.figure.replace(/@.*$/, '') });
          expect(count >= known.low && count <= known.high, `seed ${seed}: ${id}`).toBe(true);
        }
      }
      expect(suppressed + withheld).toBeGreaterThan(0);
    },
  );

  it(
    'is made safe with the release before it, where figures count until the end of the quarter',
    { timeout: 240_000 },
    async () => {
      const figures = [reach, reachNewAndReturning];
      const small = randomPeople(3);
      const first = await figuresOf(small, figures, '2023-24-Q1');
      const second = await figuresOf(small, figures);
      const together = (published: QuarterFigures) =>
        releaseWithEarlier(published, second.full, directory, [first]);
      const { release, cells } = together(second.published);
      // Who had come by then, and who is new since: four columns in the programme, two strands and four services.
      const cumulative = release.relations.filter(({ terms }) => {
        const [last, before] = terms.map(({ cell }) => cell);
        return before === `2023-24-Q1 at 41: ${last}`;
      });
      expect(cumulative).toHaveLength(4 * 7);
      expect([...cells.keys()].filter((id) => id.startsWith('2023-24-Q1')).length).toBe(cells.size / 2);
      const solver = await highsSolver();
      const own = {
        full: first.full,
        published: remedied(solver, first.published, directory, { full: first.full, earlier: [] }),
      };
      const safe = remedied(solver, second.published, directory, { full: second.full, earlier: [own] });
      expect(safe.remedy?.narrowed).toEqual([]);
      const joint = releaseWithEarlier(safe, second.full, directory, [own]).release;
      expect(auditRelease(solver, joint)).toMatchObject({ narrowed: [], unknown: [] });
    },
  );

  it('withholds a column of a strand where no suppression is enough, zeros included', async () => {
    const many = [1, 2, 3, 4, 5, 6, 7].map((number) => ({ service: `s${number}`, strand: 'language' }));
    const { published } = await figuresOf({ people: [], engagements: [] });
    const columns = Object.keys(reachColumns);
    const row = (scope: string, anonymous: number | null) => [
      scope,
      ...columns.map((column) => (column === 'anonymous' ? anonymous : 0)),
    ];
    // Six services with a row each share a strand of at most seven: each has one or two. The seventh counted nothing.
    const form: QuarterFigures = {
      ...published,
      figures: [
        {
          ...{ figure: 'reach@2', columns: ['scope', ...columns] },
          rows: [
            'programme',
            ...many.slice(0, 6).map(({ service }) => `service:${service}`),
            'strand:language',
          ].map((scope) => row(scope, null)),
        },
      ],
    };
    const solver = await highsSolver();
    expect(auditRelease(solver, releaseOfQuarter(form, many).release).narrowed.length).toBeGreaterThan(5);
    const safe = remedied(solver, form, many, { full: form, earlier: [] });
    expect(safe.remedy).toMatchObject({
      narrowed: [],
      withheld: many.map(({ service }) => `reach@2 service:${service} anonymous`),
    });
    expect(auditRelease(solver, releaseOfQuarter(safe, many).release).narrowed).toEqual([]);
    expect(safe.figures[0]?.rows).toContainEqual(row('service:s7', null));
    expect(withRemedy(form, safe.remedy!, many)).toEqual(safe);
  });

  it('names groups of which all are in one row', async () => {
    const { published } = await figuresOf(randomProgramme(1));
    const columns = ['scope', 'decile', 'children', 'adults', 'families'];
    const form = (rows: (string | number | null)[][]): QuarterFigures => ({
      ...published,
      figures: [{ figure: 'reach-by-deprivation@2', columns, rows }],
    });
    const rows = [
      ['service:real', 1, 20, 10, 15],
      ['service:real', 2, 0, null, 5],
      ['service:steps', 2, 0, 0, 0],
    ];
    expect(groupsInOneRow(form(rows))).toEqual(['reach-by-deprivation@2 service:real children']);
    expect(groupsInOneRow(form(rows.slice(0, 1)))).toEqual([]);
  });

  it(
    'gets the same remedy, whatever the order of its rows, tables and services',
    { timeout: 240_000 },
    async () => {
      const solver = await highsSolver();
      for (let seed = 1; seed <= 2; seed += 1) {
        const { full, published } = await figuresOf(randomProgramme(seed));
        const context = { full, earlier: [] };
        const shuffled = {
          ...published,
          figures: published.figures
            .toReversed()
            .map((table) => ({ ...table, rows: table.rows.toReversed() })),
        };
        const other = remedied(await highsSolver(), shuffled, directory.toReversed(), context);
        expect(other.remedy, `seed ${seed}`).toEqual(remedied(solver, published, directory, context).remedy);
      }
    },
  );

  it('is refused with figures or a profile that this program does not have', async () => {
    const { published } = await figuresOf({ people: [], engagements: [] });
    expect(() => releaseOfQuarter({ ...published, disclosure: 'nhs-2030@1' }, directory)).toThrow(
      'this program does not have nhs-2030@1',
    );
    const unknown = { ...published, figures: [{ figure: 'reach@9', columns: ['scope'], rows: [] }] };
    expect(() => releaseOfQuarter(unknown, directory)).toThrow('does not have reach@9');
  });

  it('is refused with counts of a service that the programme does not have', async () => {
    const { published } = await figuresOf(randomProgramme(1));
    expect(() => releaseOfQuarter(published, directory.slice(1))).toThrow(
      'has counts of service:real, which is no service or strand of the programme',
    );
  });
});
