import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import {
  born,
  carerEmail,
  childKey,
  email,
  LinkageWorld,
  mobile,
  nhs,
  rowKeyOf,
  tokensOf,
  type RowSpec,
  type TokenSpec,
} from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

const sought = (...tokens: readonly TokenSpec[]) => ({ tokens: tokensOf(tokens), rowKeys: [] });
/** Row ids of the records that are found, and of how many individuals. */
const found = (world: LinkageWorld, ...tokens: readonly TokenSpec[]) => told(world, sought(...tokens));
function told(world: LinkageWorld, person: Parameters<LinkageWorld['engine']['findPersons']>[0]) {
  const { individuals, records } = world.engine.findPersons(person);
  const notes = records.map((record) => world.bodies.get(record)?.attributes['note'] ?? '?');
  return [individuals, ...notes];
}
const row = (id: string, note: string, ...tokens: readonly TokenSpec[]): RowSpec => ({ id, note, tokens });

describe('whom identifiers name', () => {
  it('is the individual with the NHS number: its facts, retired rows and older versions of rows too', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [row('a', 'a1', nhs('1'), email('e')), row('b', 'b1', nhs('2'))] });
    const visits = world.submit({ dataset: sessions, rows: [row('s', 's1', email('e'))] });
    world.submit({ dataset: user, sequence: 2, rows: [row('a', 'a2', nhs('1'), email('e'))] });
    expect(found(world, nhs('1'))).toEqual([1, 'a1', 's1', 'a2']);
    world.withdraw(visits);
    expect(found(world, nhs('1'))).toEqual([1, 'a1', 's1', 'a2']);
    expect(found(world, nhs('3'))).toEqual([0]);
  });

  it('is found where none of its rows is live', () => {
    const world = new LinkageWorld();
    const file = world.submit({ dataset: user, rows: [row('a', 'a1', childKey('k'))] });
    world.withdraw(file);
    expect(found(world, childKey('k'))).toEqual([1, 'a1']);
  });

  it('is not whom a row that was corrected since had said', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [row('a', 'a1', nhs('1')), row('b', 'b1', nhs('2'))] });
    world.submit({ dataset: user, sequence: 2, rows: [row('b', 'b2', nhs('3'))] });
    expect(found(world, nhs('3'))).toEqual([1, 'b1', 'b2']);
    // The mistyped row holds the number still, and goes; the person that it is about stays.
    world.submit({ dataset: user, sequence: 3, rows: [row('c', 'c1', nhs('2'))] });
    expect(found(world, nhs('2'))).toEqual([1, 'b1', 'c1']);
  });

  it('is counted where there are several, and a shared email adds those alone who may be born on the day given', () => {
    const world = new LinkageWorld();
    world.submit({
      dataset: user,
      rows: [
        row('a', 'a1', nhs('1'), born('1980')),
        row('b', 'b1', email('e'), born('1980'), nhs('2')),
        row('c', 'c1', email('e'), born('1990'), nhs('3')),
      ],
    });
    expect(found(world, nhs('1'), nhs('2'))).toEqual([2, 'a1', 'b1']);
    expect(found(world, nhs('1'), email('e'))).toEqual([3, 'a1', 'b1', 'c1']);
    expect(found(world, nhs('1'), email('e'), born('1980'))).toEqual([2, 'a1', 'b1']);
    expect(found(world, nhs('1'), mobile('m'))).toEqual([1, 'a1']);
  });

  it('is found by the key of its row, and by nothing once it is erased', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [row('a', 'a1', email('e'))] });
    world.submit({ dataset: user, sequence: 2, rows: [row('a', 'a2', email('f'))] });
    const person = { tokens: [], rowKeys: [rowKeyOf(user, 'a'), rowKeyOf(user, 'z')] };
    expect(told(world, person)).toEqual([1, 'a1', 'a2']);
    world.erase(world.engine.findPersons(person).records);
    expect(told(world, person)).toEqual([0]);
  });

  describe('as a carer on rows of children who stay', () => {
    const child = (id: string, ...tokens: readonly TokenSpec[]): RowSpec => ({
      ...{ id, role: 'child', note: id },
      tokens: [childKey(id), ...tokens],
    });
    const carersOf = (world: LinkageWorld, ...tokens: readonly TokenSpec[]) =>
      world.engine
        .findPersons(sought(...tokens))
        .carerTokens.map(({ record, tokens: found }) => [
          world.bodies.get(record)?.attributes['note'],
          ...found.map(({ domain }) => domain),
        ]);
    const carerMobile = (value: string): TokenSpec => ['mobile', 'carer', value];

    it('is named by the tokens that are the adult’s own, on older versions of rows and on facts too', () => {
      const world = new LinkageWorld();
      world.submit({
        dataset: user,
        rows: [
          row('a', 'a1', nhs('1'), email('e'), mobile('m')),
          child('c', carerEmail('e'), carerMobile('m')),
        ],
      });
      world.submit({ dataset: user, sequence: 2, rows: [child('c', carerEmail('e'), carerEmail('f'))] });
      world.submit({ dataset: sessions, rows: [child('d', carerEmail('e'))] });
      expect(carersOf(world, nhs('1'))).toEqual([
        ['c', 'email', 'mobile'],
        ['c', 'email'],
        ['d', 'email'],
      ]);
    });

    it('is not named by a token that somebody who stays has too, live or retired', () => {
      const world = new LinkageWorld();
      const partner = world.submit({ dataset: sessions, rows: [row('b', 'b1', nhs('2'), email('e'))] });
      world.submit({
        dataset: user,
        rows: [row('a', 'a1', nhs('1'), email('e')), child('c', carerEmail('e'))],
      });
      expect(carersOf(world, nhs('1'))).toEqual([]);
      world.withdraw(partner);
      expect(carersOf(world, nhs('1'))).toEqual([]);
      world.erase(world.engine.findPersons(sought(nhs('2'))).records);
      expect(carersOf(world, nhs('1'))).toEqual([['c', 'email']]);
    });

    it('is named by an email that the request gives and no row of the adult has', () => {
      const world = new LinkageWorld();
      world.submit({ dataset: user, rows: [row('a', 'a1', nhs('1')), child('c', carerEmail('e'))] });
      expect(carersOf(world, nhs('1'))).toEqual([]);
      expect(carersOf(world, nhs('1'), email('e'))).toEqual([['c', 'email']]);
    });

    it('is not a child, whose own contacts are its carer’s', () => {
      const world = new LinkageWorld();
      world.submit({ dataset: user, rows: [child('c', email('e')), child('d', carerEmail('e'))] });
      expect(carersOf(world, childKey('c'))).toEqual([]);
    });
  });

  it('leaves no body with one of its naming tokens once it is erased, whatever went before, and a restart finds the same', () => {
    fc.assert(
      fc.property(historyWithErasures(), fc.nat(200), (steps, pick) => {
        const world = new LinkageWorld(testScopes);
        new HistoryPlayer(world).play(steps);
        // A row with the role none is about nobody.
        const ofPeople = () => [...world.bodies.values()].filter(({ role }) => role !== 'none');
        const naming = ofPeople().flatMap(({ tokens }) =>
          tokens.filter(({ domain, use }) => use === 'identity' && /^(nhs-number|child-key)$/.test(domain)),
        );
        const token = naming[pick % Math.max(1, naming.length)];
        if (token === undefined) return;
        const person = { tokens: [token], rowKeys: [] };
        const { records } = world.engine.findPersons(person);
        expect(records.length).toBeGreaterThan(0);
        expect(world.rebuilt().findPersons(person)).toEqual(world.engine.findPersons(person));
        const before = ofPeople();
        const erased = new Set(records);
        const adults = before.filter(({ record, role }) => erased.has(record) && role !== 'child');
        const places = world.engine.findPersons(person).carerTokens.map(({ record, tokens }) => {
          const all = world.bodies.get(record)?.tokens ?? [];
          const gone = (token: string) => tokens.some((one) => one.token === token);
          return [
            record,
            all.flatMap(({ use, token }, place) => (use === 'carer' && gone(token) ? [place] : [])),
          ] as const;
        });
        if (places.length > 0) world.eraseCarerTokens(new Map(places));
        world.erase(records);
        // What named the person as a carer is gone, unless it is somebody else's too.
        const has = (use: string, wanted: string) =>
          ofPeople().some(({ role, tokens }) =>
            tokens.some(
              (one) => one.use === use && one.token === wanted && (use === 'identity' || role === 'child'),
            ),
          );
        for (const { use, token: own } of adults.flatMap(({ tokens }) => tokens))
          if (use === 'identity' && has('carer', own)) expect(has('identity', own)).toBe(true);
        const holders = ofPeople().filter(({ tokens }) =>
          tokens.some((one) => one.use === 'identity' && one.token === token.token),
        );
        expect(holders).toEqual([]);
        expect(world.engine.findPersons(person).records).toEqual([]);
      }),
      runs(50),
    );
  });
});
