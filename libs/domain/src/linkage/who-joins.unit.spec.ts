import { describe, expect, it } from 'vitest';
import {
  born,
  carerEmail,
  email,
  LinkageWorld,
  mobile,
  nhs,
  rowKeyOf,
  type RowSpec,
} from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

describe('people who come one after the other', () => {
  const one = (id: string, birthDate: string): RowSpec => ({ id, tokens: [mobile('m'), born(birthDate)] });

  it('are one by a mobile and a birth date, and another where the birth date differs', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [one('first', '1980')] });
    world.submit({ dataset: user, sequence: 2, rows: [one('again', '1980')] });
    world.submit({ dataset: user, sequence: 3, rows: [one('other', '1990')] });
    expect(world.whereIs(user, 'again')).toBe(world.whereIs(user, 'first'));
    expect(world.whereIs(user, 'other')).not.toBe(world.whereIs(user, 'first'));
  });

  it('are one by what follows a carer’s address in their rows, as by what comes before it', () => {
    const child = (id: string): RowSpec => ({ id, role: 'child', tokens: [carerEmail('mum'), nhs('1')] });
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [child('first')] });
    world.submit({ dataset: user, sequence: 2, rows: [child('again')] });
    expect(world.whereIs(user, 'again')).toBe(world.whereIs(user, 'first'));
    // The row that joins them goes, and comes corrected: both are looked at again, each with its carer’s address first.
    world.submit({ dataset: user, sequence: 3, rows: [child('third')] });
    expect(world.whereIs(user, 'third')).toBe(world.whereIs(user, 'first'));
  });

  it('and become one by a third row, merge through the strongest token that joins them, and the row that has it', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'z', tokens: [nhs('1')] }] });
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'a', tokens: [email('e')] }] });
    const [first, second] = [world.whereIs(user, 'z'), world.whereIs(user, 'a')];
    world.submit({ dataset: user, sequence: 3, rows: [{ id: 'm', tokens: [nhs('1'), email('e')] }] });
    const bridge = [...world.reader.records].find(([, { rowKey }]) => rowKey === rowKeyOf(user, 'm'))?.[0];
    expect(world.events.flatMap(({ type, data }) => (type === 'IndividualsMerged' ? [data] : []))).toEqual([
      {
        individual: first,
        absorbed: second,
        decision: { strategy: 'leap-1', rule: 'email', through: bridge },
      },
    ]);
  });
});

describe('sessions under the address of nobody who is listed', () => {
  const session = (id: string, birthDate?: string): RowSpec => ({
    id,
    tokens: [email('e'), ...(birthDate === undefined ? [] : [born(birthDate)])],
  });

  it('are of two people where birth dates differ, and one that could be either’s waits', () => {
    const world = new LinkageWorld();
    const rows = [session('one', '1980'), session('other', '1990'), session('either')];
    world.submit({ dataset: sessions, rows });
    const [one, other] = [world.whereIs(sessions, 'one'), world.whereIs(sessions, 'other')];
    expect(world.reader.registered.toSorted()).toEqual([one, other].toSorted());
    expect(world.whereIs(sessions, 'either')).toBe('(referred)');
  });

  it('are not placed again while they go on waiting', () => {
    const world = new LinkageWorld();
    const people = (note: string): RowSpec[] => [
      { id: 'p1', tokens: [email('e'), born('1980')], note },
      { id: 'p2', tokens: [email('e'), born('1990')], note },
    ];
    world.submit({ dataset: user, rows: people('old') });
    world.submit({ dataset: sessions, rows: [session('either')] });
    expect(world.whereIs(sessions, 'either')).toBe('(referred)');
    const before = world.events.length;
    world.submit({ dataset: user, sequence: 2, rows: people('new') });
    expect(world.told(before).filter(({ type }) => type === 'SetAside')).toEqual([]);
    expect(world.whereIs(sessions, 'either')).toBe('(referred)');
  });
});

describe('a session under the address of two people', () => {
  it.each(['1980', '1990'])(
    'is of the one whose birth date it has, and names that one’s row: %s',
    (birthDate) => {
      const world = new LinkageWorld();
      const row = (id: string, date: string): RowSpec => ({ id, tokens: [email('e'), born(date)] });
      world.submit({ dataset: user, rows: [row('born 1980', '1980'), row('born 1990', '1990')] });
      const owner = `born ${birthDate}`;
      world.submit({ dataset: sessions, rows: [row('session', birthDate)] });
      expect(world.whereIs(sessions, 'session')).toBe(world.whereIs(user, owner));
      const met = [...world.reader.records].find(([, { rowKey }]) => rowKey === rowKeyOf(user, owner))?.[0];
      expect(world.told().at(-2)).toMatchObject({
        type: 'Matched',
        data: { rule: 'email', through: met },
      });
    },
  );
});
