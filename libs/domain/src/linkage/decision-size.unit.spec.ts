import { MAX_PLACEMENTS_PER_EVENT } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  born,
  carerEmail,
  caseNumber,
  childKey,
  email,
  LinkageWorld,
  mobile,
  nhs,
  type RowSpec,
} from './testing/linkage-world.js';
import { leap1 } from './leap-1/leap-1.js';
import { runs } from './testing/property-runs.js';

const strategy = leap1({
  name: 'leap-1',
  maxBirthDatesPerToken: 3,
  maxCasesPerToken: 10,
  maxHoldersPerToken: 500,
  maxChildrenPerCarerToken: 12,
});
const freshWorld = () => new LinkageWorld([], strategy);
const times = <Item>(count: number, item: (n: number) => Item): Item[] =>
  Array.from({ length: count }, (_, n) => item(n));

/** Counts what a step writes to the ledger; the items of a list count one by one. */
function saidBy(world: LinkageWorld, step: () => void): number {
  const before = world.events.length;
  step();
  return world.told(before).length;
}

/**
 * The limit per row: a row, its referral, its relationships and its family are a few items each, however many rows
 * share its tokens.
 */
const SAID_PER_ROW = 8;

describe('the size of a decision', () => {
  it.each<[string, string, RowSpec[]]>([
    [
      'sessions under one address with a case number each',
      'alpha.engagement',
      times(3_000, (n) => ({ id: `r${n}`, tokens: [email('none'), caseNumber(String(n))] })),
    ],
    [
      'people under one address with three birth dates',
      'alpha.user',
      times(3_000, (n) => ({ id: `r${n}`, tokens: [email('desk'), born(String(n % 3))] })),
    ],
    [
      'people under one address, some of them without a birth date',
      'alpha.user',
      times(500, (n) => ({ id: `r${n}`, tokens: [email('desk'), ...(n < 3 ? [born(String(n))] : [])] })),
    ],
    [
      'sessions under the address of two people, which could be either’s',
      'alpha.engagement',
      times(400, (n) => ({ id: `r${n}`, tokens: [email('desk'), ...(n < 2 ? [born(String(n))] : [])] })),
    ],
    [
      'children with one child key and a case number each',
      'alpha.user',
      times(3_000, (n) => ({
        id: `r${n}`,
        role: 'child',
        tokens: [childKey('k'), born('2020'), caseNumber(String(n))],
      })),
    ],
    [
      'adults and children on one address',
      'alpha.user',
      [
        ...times(60, (n): RowSpec => ({ id: `a${n}`, tokens: [email('desk'), nhs(`a${n}`)] })),
        ...times(500, (n): RowSpec => ({
          id: `c${n}`,
          role: 'child',
          tokens: [nhs(`c${n}`), carerEmail('desk')],
        })),
      ],
    ],
    [
      'people who share a mobile and a birth date with others who contradict them',
      'alpha.user',
      times(2_000, (n) => ({ id: `r${n}`, tokens: [mobile('m'), born(String(n % 3)), nhs(String(n % 3))] })),
    ],
  ])('grows with the number of rows: %s', (_, dataset, rows) => {
    const world = freshWorld();
    let id = '';
    expect(saidBy(world, () => (id = world.submit({ dataset, rows })))).toBeLessThan(
      SAID_PER_ROW * rows.length,
    );
    expect(saidBy(world, () => world.withdraw(id as never))).toBeLessThan(SAID_PER_ROW * rows.length);
  });

  it('grows with the number of rows: ten thousand sessions under one address with six thousand birth dates', () => {
    const world = freshWorld();
    world.chunkRows = MAX_PLACEMENTS_PER_EVENT;
    const rows = times(10_000, (n): RowSpec => ({
      id: `r${n}`,
      tokens: [email('none'), born(String(n % 6_000))],
    }));
    const drafts = world.draft(world.engine, world.prepare({ dataset: 'alpha.engagement', rows }));
    // One event for the submission received, one that closes it, and full events that set the rows aside.
    expect(drafts).toHaveLength(rows.length / MAX_PLACEMENTS_PER_EVENT + 2);
    const placed = drafts.flatMap(({ decision: { type, data } }) =>
      type === 'RecordsPlaced' ? data.placements : [],
    );
    expect(placed).toHaveLength(rows.length);
  });

  it('places a full event of older records at most, as it does new ones', () => {
    const world = freshWorld();
    const rows = times(MAX_PLACEMENTS_PER_EVENT + 1, (n): RowSpec => ({
      id: `r${n}`,
      tokens: [email(String(n))],
    }));
    const first = world.submit({ dataset: 'alpha.user', rows });
    const second = world.submit({ dataset: 'alpha.user', sequence: 2, supersedes: [first], rows: [] });
    const before = world.events.length;
    // The withdrawal revives every row of the first file.
    world.withdraw(second);
    const sizes = world.events
      .slice(before)
      .flatMap(({ type, data }) => (type === 'RecordsPlaced' ? data.placements.length : []));
    expect(sizes).toEqual([MAX_PLACEMENTS_PER_EVENT, 1]);
  });

  it('grows with the number of rows, whatever tokens they share', () => {
    const few = (prefix: string) => fc.nat(2).map((n) => `${prefix}${n}`);
    const tokens = fc
      .tuple(
        fc.option(few('e').map(email)),
        fc.option(few('k').map(childKey)),
        fc.option(few('n').map(nhs)),
        fc.option(few('m').map(mobile)),
        fc.option(few('e').map(carerEmail)),
        fc.option(few('b').map(born)),
        fc.option(few('c').map(caseNumber)),
      )
      .map((parts) => parts.filter((part) => part !== null));
    const rows = fc
      .array(fc.record({ role: fc.constantFrom('adult' as const, 'child' as const), tokens }), {
        minLength: 40,
        maxLength: 120,
      })
      .map((all) => all.map((row, n) => ({ id: `r${n}`, ...row })));
    fc.assert(
      fc.property(rows, fc.constantFrom('alpha.user', 'alpha.engagement'), (all, dataset) => {
        const world = freshWorld();
        const written = saidBy(world, () => world.submit({ dataset, rows: all }));
        expect(written).toBeLessThan(SAID_PER_ROW * all.length);
      }),
      runs(60),
    );
  });

  it('covers, for one more row, what that row changes and not every session under its address', () => {
    const world = freshWorld();
    const sessions = times(400, (n): RowSpec => ({
      id: `s${n}`,
      role: 'child',
      tokens: [childKey('k'), carerEmail('mum')],
    }));
    world.submit({
      dataset: 'alpha.user',
      rows: [
        { id: 'zoe', role: 'child', tokens: [childKey('k'), carerEmail('mum')] },
        { id: 'mum', tokens: [email('mum')] },
      ],
    });
    world.submit({ dataset: 'alpha.engagement', rows: sessions });
    const more = (id: string, tokens: RowSpec['tokens'], role: 'child' | 'adult') =>
      saidBy(world, () =>
        world.submit({
          dataset: 'beta.engagement',
          sequence: 1,
          period: '2023-24-Q2',
          rows: [{ id, role, tokens }],
        }),
      );
    // Received, placed, closed.
    expect(more('s', [childKey('k'), carerEmail('mum')], 'child')).toBe(3);
  });
});
