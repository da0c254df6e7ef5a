import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import {
  born,
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
        world.erase(records);
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
