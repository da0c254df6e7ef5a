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

describe('linking people who arrive one after another', () => {
  const one = (id: string, birthDate: string): RowSpec => ({ id, tokens: [mobile('m'), born(birthDate)] });

  it('joins them by a mobile if the birth date is the same, and not if it differs', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [one('first', '1980')] });
    world.submit({ dataset: user, sequence: 2, rows: [one('again', '1980')] });
    world.submit({ dataset: user, sequence: 3, rows: [one('other', '1990')] });
    expect(world.whereIs(user, 'again')).toBe(world.whereIs(user, 'first'));
    expect(world.whereIs(user, 'other')).not.toBe(world.whereIs(user, 'first'));
  });

  it('joins them by a token that follows a carer’s address in their rows', () => {
    const child = (id: string): RowSpec => ({ id, role: 'child', tokens: [carerEmail('mum'), nhs('1')] });
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [child('first')] });
    world.submit({ dataset: user, sequence: 2, rows: [child('again')] });
    expect(world.whereIs(user, 'again')).toBe(world.whereIs(user, 'first'));
    // A third row reaches both, each with its carer’s address before the token that joins them.
    world.submit({ dataset: user, sequence: 3, rows: [child('third')] });
    expect(world.whereIs(user, 'third')).toBe(world.whereIs(user, 'first'));
  });

  it('merges two individuals whom a third row joins, through the token that the row shares with the absorbed one', () => {
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

describe('linking sessions under an address that no listed person owns', () => {
  const session = (id: string, birthDate?: string): RowSpec => ({
    id,
    tokens: [email('e'), ...(birthDate === undefined ? [] : [born(birthDate)])],
  });

  it('makes two people of two birth dates, and refers a session that could be either’s', () => {
    const world = new LinkageWorld();
    const rows = [session('one', '1980'), session('other', '1990'), session('either')];
    world.submit({ dataset: sessions, rows });
    const [one, other] = [world.whereIs(sessions, 'one'), world.whereIs(sessions, 'other')];
    expect(world.reader.registered.toSorted()).toEqual([one, other].toSorted());
    expect(world.whereIs(sessions, 'either')).toBe('(referred)');
  });

  it('does not place a session again while it stays referred', () => {
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
    'attaches to the one with its birth date, and names that person’s row: %s',
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
