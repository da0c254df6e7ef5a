import type { QuarterFigures } from '@kinledger/contracts';
import { auditRelease, highsSolver, isPossible, withoutCells, type Release } from '@kinledger/disclosure';
import { beforeAll, describe, expect, it } from 'vitest';
import { Cells } from '../closing/cells.js';
import { reachColumns, reachColumns1 } from '../reach/reach-columns.js';
import { disclosureProfiles } from './disclosure-profiles.js';
import { groupsInOneRow } from './groups-in-one-row.js';
import { releaseOfQuarter, type ServiceOfStrand } from './quarter-release.js';
import { releaseWithEarlier, type EarlierRelease } from './releases-together.js';
import { remedied } from './remedied.js';

const services = [
  { service: 'real', strand: 'language' },
  { service: 'chatter', strand: 'language' },
  { service: 'steps', strand: 'social' },
];
const knownRule = disclosureProfiles.find(({ id, version }) => id === 'nhs-2018' && version === 2)!;
const shownBy = (count: number): number | null => {
  if (count === 0) return 0;
  return count < 8 ? null : 5 * Math.round(count / 5);
};

/** Counts of one column of reach by scope, and of deprivation by scope and decile. */
interface Counted {
  readonly position?: number;
  readonly column?: keyof typeof reachColumns;
  readonly reach: Readonly<Record<string, number>>;
  readonly byDecile?: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/** The figures of a quarter with these counts, as they are and as the rule shows each of them. */
function quarterOf({ position = 41, column = 'anonymous', reach, byDecile }: Counted): EarlierRelease {
  const names = Object.keys(reachColumns);
  const form = (disclosure: string, value: (count: number) => number | null): QuarterFigures =>
    ({
      ...{ programme: 'small', period: '2023-24-Q2', position, disclosure, files: [] },
      figures: [
        {
          ...{ figure: 'reach@1', columns: ['scope', ...names] },
          rows: Object.entries(reach).map(([scope, count]) => [
            scope,
            ...names.map((name) => {
              const isCounted = name === column || (column === 'children' && name === 'individuals');
              return isCounted ? value(count) : 0;
            }),
          ]),
        },
        ...(byDecile === undefined
          ? []
          : [
              {
                ...{ figure: 'reach-by-deprivation@1' },
                columns: ['scope', 'decile', 'children', 'adults', 'families'],
                rows: Object.entries(byDecile).flatMap(([scope, deciles]) =>
                  Object.entries(deciles).map(([decile, count]) => [
                    scope,
                    Number(decile),
                    value(count),
                    0,
                    0,
                  ]),
                ),
              },
            ]),
      ],
    }) as never;
  return { full: form('none', (count) => count), published: form('nhs-2018@2', shownBy) };
}

describe('the remedy of a quarter', () => {
  let solver: Awaited<ReturnType<typeof highsSolver>>;
  beforeAll(async () => {
    solver = await highsSolver();
  });
  const remedy = (
    { full, published }: EarlierRelease,
    earlier: readonly EarlierRelease[] = [],
    of: readonly ServiceOfStrand[] = services,
  ) => remedied(solver, published, of, { full, earlier });
  const narrowed = (release: Release) => auditRelease(solver, release).narrowed.map(({ cell }) => cell);
  const together = (published: QuarterFigures, full: QuarterFigures, earlier: readonly EarlierRelease[]) =>
    releaseWithEarlier(published, full, services, earlier).release;

  it('shows by the rule of this test what the profile does', () => {
    for (const count of [0, 1, 7, 8, 12, 13, 22]) {
      const { low, high } = knownRule.known(shownBy(count));
      expect(count >= low && count <= high).toBe(true);
    }
  });

  describe('of an edition after another', () => {
    const counts = (real: number, position: number) =>
      quarterOf({
        position,
        reach: {
          ...{ programme: real + 14, 'strand:language': real + 13, 'strand:social': 1 },
          ...{ 'service:real': real, 'service:chatter': 13, 'service:steps': 1 },
        },
      });

    it('suppresses again what the first edition suppressed, where both together would give a count away', () => {
      const first = counts(8, 41);
      const firstSafe = { full: first.full, published: remedy(first) };
      expect(firstSafe.published.remedy?.suppressed).toContain('reach@1 service:chatter anonymous');
      const second = counts(9, 52);
      // Alone, the second edition gives nothing away, and shows what the first one suppressed beside a small count.
      const alone = remedy(second);
      expect(alone.remedy).toMatchObject({ narrowed: [] });
      expect(new Cells(alone).shownOf(cellOf('service:chatter'))).toBe(15);
      const attacked = together(alone, second.full, [firstSafe]);
      expect(narrowed(attacked)).toContain('reach@1 service:steps anonymous');
      expect(narrowed(attacked)).toContain('2023-24-Q2 at 41: reach@1 service:steps anonymous');
      const safe = remedy(second, [firstSafe]);
      expect(safe.remedy).toMatchObject({ narrowed: [] });
      expect(narrowed(together(safe, second.full, [firstSafe]))).toEqual([]);
      expect(new Cells(safe).shownOf(cellOf('service:chatter'))).toBeNull();
    });

    it('takes a reader to know which counts stayed the same, and nothing of those that changed', () => {
      const first = counts(8, 41);
      const second = counts(9, 52);
      const { relations } = together(second.published, second.full, [first]);
      const same = (id: string) =>
        relations.some(
          ({ terms, sum }) =>
            sum.high === 0 && terms.map(({ cell }) => cell).join() === `${id},2023-24-Q2 at 41: ${id}`,
        );
      expect(same('reach@1 service:chatter anonymous')).toBe(true);
      expect(same('reach@1 service:real anonymous')).toBe(false);
    });

    it('does not suppress for what earlier editions give away by themselves', () => {
      const unsafe = counts(8, 41);
      expect(narrowed(releaseOfQuarter(unsafe.published, services).release).length).toBeGreaterThan(0);
      const { remedy: found } = remedy(counts(9, 52), [unsafe]);
      // The count is the same as before, so that it was given away then.
      expect(found?.narrowed.every((cell) => cell.endsWith('anonymous'))).toBe(true);
      expect(found?.narrowed).not.toContain('2023-24-Q2 at 41: reach@1 service:steps anonymous');
    });

    it('does not hold a 0 that the first edition showed against one that withholds it', () => {
      const children = (ofReal: Readonly<Record<number, number>>, position: number) => {
        const real = Object.values(ofReal).reduce((sum, count) => sum + count, 0);
        return quarterOf({
          ...{ position, column: 'children' },
          reach: {
            ...{ programme: real + 60, 'strand:language': real + 60 },
            ...{ 'service:real': real, 'service:chatter': 60 },
          },
          byDecile: {
            programme: { 1: 20 + (ofReal[1] ?? 0), 2: 20 + (ofReal[2] ?? 0), 3: 20 },
            'strand:language': { 1: 20 + (ofReal[1] ?? 0), 2: 20 + (ofReal[2] ?? 0), 3: 20 },
            'service:real': ofReal,
            'service:chatter': { 1: 20, 2: 20, 3: 20 },
          },
        });
      };
      const first = children({ 1: 20, 2: 20, 3: 0 }, 41);
      const firstSafe = { full: first.full, published: remedy(first) };
      const second = children({ 1: 20, 2: 0, 3: 0 }, 52);
      const safe = remedy(second, [firstSafe]);
      const ofReal = (decile: number) => `reach-by-deprivation@1 service:real ${decile} children`;
      // The strand and its other service would tell the row from the second edition alone.
      const inLanguage = ['service:chatter', 'service:real', 'strand:language'].flatMap((scope) =>
        [1, 2, 3].map((decile) => `reach-by-deprivation@1 ${scope} ${decile} children`),
      );
      expect(safe.remedy).toMatchObject({ suppressed: [], withheld: inLanguage, narrowed: [] });
      // That nobody of the service lives in the third tenth left with the first edition; that nobody lives in the second is new.
      const { cells } = together(safe, second.full, [firstSafe]);
      const isProtected = (decile: number) => cells.find(({ id }) => id === ofReal(decile))?.protected;
      expect([isProtected(2), isProtected(3)]).toEqual([true, false]);
    });

    it('says nothing, and gives nothing away, where nothing less is known to be safe', () => {
      const first = counts(8, 41);
      const firstSafe = { full: first.full, published: remedy(first) };
      const gaveUp = () => ({ leastOf: () => ({ found: 'unknown' as const }), end: () => undefined });
      const second = counts(9, 52);
      const safe = remedied(gaveUp, second.published, services, { full: second.full, earlier: [] });
      expect(safe.remedy).toMatchObject({ suppressed: [], narrowed: [] });
      const known = new Cells(safe);
      const shown = known.all
        .filter(({ column }) => column in reachColumns1)
        .map((cell) => known.shownOf(cell));
      expect(new Set(shown)).toEqual(new Set([null]));
      expect(narrowed(together(safe, second.full, [firstSafe]))).toEqual([]);
    });

    it('leaves out scopes that the programme has no more, and figures of another quarter', () => {
      const first = counts(8, 41);
      const gone = quarterOf({ position: 30, reach: { programme: 12, 'service:gone': 12 } });
      const other = { full: { ...first.full }, published: { ...first.published, period: '2023-24-Q1' } };
      const second = counts(9, 52);
      const { cells } = together(second.published, second.full, [gone, other as EarlierRelease]);
      expect(cells.some(({ id }) => id.includes('service:gone'))).toBe(false);
      expect(cells.some(({ id }) => id.startsWith('2023-24-Q1'))).toBe(false);
    });
  });

  it('keeps a count from a provider that knows its own and subtracts it from the strand’s', () => {
    // Of at least 8 attendances of the strand, provider one knows that 1 is its own: 7 are the other’s, whose count is 7 at most.
    const form = quarterOf({
      reach: {
        ...{ programme: 28, 'strand:language': 8, 'strand:social': 20 },
        ...{ 'service:real': 1, 'service:chatter': 7, 'service:steps': 20 },
      },
    });
    const { release } = releaseOfQuarter(form.published, services);
    expect(narrowed(release)).toEqual([]);
    const asProvider = ({ cells, relations }: Release): Release => ({
      relations,
      cells: cells.map((cell) =>
        cell.id === 'reach@1 service:real anonymous'
          ? { ...cell, known: { low: 1, high: 1 }, protected: false }
          : cell,
      ),
    });
    expect(narrowed(asProvider(release))).toEqual(['reach@1 service:chatter anonymous']);
    // Without knowing who runs what, there is nobody to keep it from.
    expect(remedy(form).remedy).toMatchObject({ suppressed: [], withheld: [] });
    const safe = remedy(
      form,
      [],
      services.map((service) => ({ ...service, provider: `provider of ${service.service}` })),
    );
    expect(safe.remedy?.narrowed).toEqual([]);
    // Whoever saw that the strand’s is suppressed would know that it is 8 or more, which is too much: its services are withheld.
    expect(safe.remedy?.withheld).toEqual([
      'reach@1 service:chatter anonymous',
      'reach@1 service:real anonymous',
    ]);
    expect(narrowed(asProvider(releaseOfQuarter(safe, services).release))).toEqual([]);
  });

  it('knows that a strand with one service is that service, also where only one of several counted', () => {
    const form = quarterOf({
      reach: { programme: 20, 'strand:language': 20, 'service:real': 20, 'service:chatter': 0 },
    });
    const { release } = releaseOfQuarter(form.published, services);
    // Whoever suppresses the service and not its strand has suppressed nothing.
    const hidden: Release = withoutCells(
      {
        ...release,
        cells: release.cells.map((cell) =>
          cell.id === 'reach@1 service:real anonymous'
            ? { ...cell, protected: true, known: { low: 0, high: Infinity } }
            : cell,
        ),
      },
      new Set(),
    );
    const { narrowed: given } = auditRelease(solver, hidden, 6);
    expect(given.find(({ cell }) => cell === 'reach@1 service:real anonymous')?.feasible).toEqual([
      ...[18, 19, 20, 21, 22],
    ]);
  });

  it('withholds the rows of a group that is in one of them, zeros included, in wider scopes first', () => {
    const form = quarterOf({
      column: 'children',
      reach: {
        ...{ programme: 60, 'strand:language': 40, 'strand:social': 20 },
        ...{ 'service:real': 20, 'service:chatter': 20, 'service:steps': 20 },
      },
      byDecile: {
        programme: { 1: 30, 2: 30, 3: 0 },
        'strand:language': { 1: 30, 2: 10, 3: 0 },
        'service:real': { 1: 20, 2: 0, 3: 0 },
        'service:chatter': { 1: 10, 2: 10, 3: 0 },
        'strand:social': { 1: 0, 2: 20, 3: 0 },
        'service:steps': { 1: 0, 2: 20, 3: 0 },
      },
    });
    expect(groupsInOneRow(form.published)).toEqual([
      'reach-by-deprivation@1 service:real children',
      'reach-by-deprivation@1 strand:social children',
      'reach-by-deprivation@1 service:steps children',
    ]);
    const safe = remedy(form);
    expect(groupsInOneRow(safe)).toEqual([]);
    expect(safe.remedy?.narrowed).toEqual([]);
    expect(narrowed(releaseOfQuarter(safe, services).release)).toEqual([]);
    // Whoever knows that all of them are in one row does not know in which: two are possible, whatever else is shown.
    const { release } = releaseOfQuarter(safe, services);
    const mayAllBeIn = (scope: string, decile: number) =>
      isPossible(
        solver,
        release,
        new Map(
          [1, 2, 3].map((each) => [
            `reach-by-deprivation@1 ${scope} ${each} children`,
            each === decile ? { low: 1, high: Infinity } : { low: 0, high: 0 },
          ]),
        ),
      );
    for (const scope of ['service:real', 'strand:social', 'service:steps'])
      expect([scope, ...[1, 2, 3].map((decile) => mayAllBeIn(scope, decile))]).toEqual([
        ...[scope, true, true, false],
      ]);
    const cells = new Cells(safe);
    const shown = (scope: string, decile: number) =>
      cells.shownOf({ figure: 'reach-by-deprivation', scope, dimensions: [decile], column: 'children' });
    for (const scope of ['service:real', 'service:steps', 'strand:social'])
      expect([scope, shown(scope, 1), shown(scope, 2)]).toEqual([scope, null, null]);
    // That nobody of the programme lives in the third tenth stays public.
    for (const scope of ['programme', 'service:real', 'strand:social']) expect(shown(scope, 3)).toBe(0);
  });

  it('withholds every row of a group of the programme that is in one of them', () => {
    const form = quarterOf({
      column: 'children',
      reach: { programme: 20, 'strand:language': 20, 'service:real': 20 },
      byDecile: {
        programme: { 1: 20, 2: 0 },
        'strand:language': { 1: 20, 2: 0 },
        'service:real': { 1: 20, 2: 0 },
      },
    });
    const safe = remedy(form);
    expect(groupsInOneRow(safe)).toEqual([]);
    expect(narrowed(releaseOfQuarter(safe, services).release)).toEqual([]);
    for (const row of safe.figures.find(({ figure }) => figure === 'reach-by-deprivation@1')?.rows ?? [])
      expect(row[2]).toBeNull();
  });
});

const cellOf = (scope: string) => ({ figure: 'reach', scope, dimensions: [], column: 'anonymous' });
