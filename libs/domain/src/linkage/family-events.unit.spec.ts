import { MAX_KIN_PER_EVENT, MAX_MEMBERS_PER_EVENT } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { familyIdOf } from '../ledger/index.js';
import { leap1 } from './leap-1/leap-1.js';
import { carerEmail, email, LinkageWorld, nhs, testSettings, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const adult = (name: string): RowSpec => ({ id: name, tokens: [email(name)] });
/** A child's row, with the NHS number that identifies the child. */
const child = (id: string, number: string, ...carers: readonly string[]): RowSpec => ({
  id,
  role: 'child',
  tokens: [nhs(number), ...carers.map(carerEmail)],
});

/** A world that takes one file after another, and tells who is in which family. */
function households() {
  const world = new LinkageWorld();
  let sequence = 0;
  return {
    world,
    submit: (...rows: readonly RowSpec[]) => world.submit({ dataset: user, sequence: ++sequence, rows }),
    /** The programme family of the person who has this row. */
    familyOf: (id: string): string | undefined => {
      const individual = world.whereIs(user, id);
      return [...world.reader.families].find(([, { members }]) => members.has(individual))?.[0];
    },
    membersOf: (family: string | undefined): number =>
      world.reader.families.get(family ?? '')?.members.size ?? 0,
    dissolved: () =>
      world
        .told()
        .flatMap(({ type, data }) =>
          type === 'FamilyDissolved' ? [{ family: data.family, into: data.into }] : [],
        ),
  };
}

describe('a family in the ledger', () => {
  it.each([
    ['older', 'younger'],
    ['younger', 'older'],
  ])(
    'keeps the id that was linked first, when two families become one through a child of the %s',
    (bridge, other) => {
      const { submit, familyOf, membersOf, dissolved } = households();
      submit(adult('older'), child('of older', 'older', 'older'));
      submit(adult('younger'), child('of younger', 'younger', 'younger'));
      const [first, second] = [familyOf('older'), familyOf('younger')];
      expect(second).not.toBe(first);
      submit(child('bridge', bridge, other));
      expect(['older', 'of older', 'younger', 'of younger'].map(familyOf)).toEqual(Array(4).fill(first));
      expect(membersOf(first)).toBe(4);
      expect(dissolved()).toEqual([{ family: second, into: first }]);
    },
  );

  it('keeps its id, when it parts, in the part with the individual registered first; the other part gets a new id', () => {
    const { world, submit, familyOf, membersOf, dissolved } = households();
    submit(adult('first'));
    submit(adult('second'), child('of second', 'two', 'second'));
    const family = familyOf('second');
    const bridge = submit(child('bridge', 'two', 'first'));
    submit(child('of first', 'one', 'first'));
    expect(membersOf(family)).toBe(4);
    world.withdraw(bridge);
    expect(['first', 'of first'].map(familyOf)).toEqual([family, family]);
    expect(membersOf(family)).toBe(2);
    const parted = familyOf('second');
    expect(familyOf('of second')).toBe(parted);
    expect([undefined, family]).not.toContain(parted);
    expect(dissolved()).toEqual([]);
  });

  it('is dissolved into no other when only one person is left', () => {
    const { world, submit, familyOf, dissolved } = households();
    submit(adult('mum'));
    const file = submit(child('zoe', 'one', 'mum'));
    const family = familyOf('mum');
    world.withdraw(file);
    expect(familyOf('mum')).toBeUndefined();
    expect(dissolved()).toEqual([{ family, into: undefined }]);
  });

  it('keeps its id when one member leaves and another joins, and each event names only that member', () => {
    const { world, submit, familyOf } = households();
    submit(adult('mum'), child('max', 'two', 'mum'));
    const zoe = submit(child('zoe', 'one', 'mum'));
    const family = familyOf('mum');
    const left = world.whereIs(user, 'zoe');
    const before = world.events.length;
    world.withdraw(zoe);
    submit(child('ida', 'three', 'mum'));
    const joined = world.whereIs(user, 'ida');
    const linked = world.told(before).flatMap(({ type, data }) => (type === 'FamilyLinked' ? [data] : []));
    expect(linked).toEqual([
      { family, scope: 'programme', joined: [], left: [left], review: false },
      { family, scope: 'programme', joined: [joined], left: [], review: false },
    ]);
  });

  it('lists its members in order of registration', () => {
    const { world, submit } = households();
    submit(adult('mum'));
    submit(child('zoe', 'one', 'mum'), child('max', 'two', 'mum'), adult('dad'));
    const [linked] = world.told().flatMap(({ type, data }) => (type === 'FamilyLinked' ? [data.joined] : []));
    expect(linked).toEqual(world.reader.registered.slice(0, 3));
  });

  it('precedes new families if it already existed', () => {
    const { world, submit, familyOf } = households();
    submit(adult('first'));
    submit(adult('second'), child('of second', 'two', 'second'));
    const before = world.events.length;
    submit(child('of first', 'one', 'first'), child('another', 'three', 'second'));
    const linked = world
      .told(before)
      .flatMap(({ type, data }) => (type === 'FamilyLinked' ? [data.family] : []));
    expect(linked).toEqual([familyOf('second'), familyOf('first')]);
  });

  it.each([[['a', 'b']], [['b', 'a']]])(
    'precedes other new families if its first member was registered first: %s',
    (order) => {
      const { world, submit, familyOf } = households();
      submit(adult('a'), adult('b'));
      submit(...order.map((name) => child(`of ${name}`, name, name)));
      const linked = world.told().flatMap(({ type, data }) => (type === 'FamilyLinked' ? [data.family] : []));
      expect(linked).toEqual([familyOf('a'), familyOf('b')]);
    },
  );

  it('lists members who leave together in order of registration', () => {
    const { world, submit } = households();
    submit({ id: 'mum', tokens: [email('mum'), email('work')] }, child('max', 'two', 'mum'));
    const file = submit(child('zoe', 'one', 'mum'), child('ida', 'three', 'work'));
    const leaving = world.reader.registered.slice(2);
    const before = world.events.length;
    world.withdraw(file);
    const left = world.told(before).flatMap(({ type, data }) => (type === 'FamilyLinked' ? data.left : []));
    expect(left).toEqual(leaving);
  });

  it('with more members than an event may list is written in several events, in order, under one id', () => {
    const world = new LinkageWorld([], leap1({ ...testSettings, maxChildrenPerCarerToken: 5_000 }));
    const children = Array.from({ length: MAX_MEMBERS_PER_EVENT + 100 }, (_, n): RowSpec => ({
      ...{ id: `${n}`, role: 'child', tokens: [nhs(`${n}`), carerEmail('mum')] },
    }));
    const submission = world.submit({
      dataset: user,
      rows: [...children, { id: 'mum', tokens: [email('mum')] }],
    });
    const [first, second, ...more] = world.events.flatMap((event) =>
      event.type === 'FamiliesLinked' ? [event] : [],
    );
    expect(more).toEqual([]);
    expect([first, second].map((event) => event?.data.families.map(({ joined }) => joined.length))).toEqual([
      [MAX_MEMBERS_PER_EVENT],
      [101],
    ]);
    const [one, other] = [first?.data.families[0], second?.data.families[0]];
    expect(other?.family).toBe(one?.family);
    expect([...(one?.joined ?? []), ...(other?.joined ?? [])]).toEqual(world.reader.registered);
    expect(one?.family).toBe(familyIdOf('programme', one!.joined[0]!, first!.revision));
    const identified = world.events.flatMap(({ type, data }) =>
      type === 'RelationshipsIdentified' ? [data.relationships] : [],
    );
    expect(identified.map((each) => each.length)).toEqual([MAX_KIN_PER_EVENT, MAX_KIN_PER_EVENT, 100]);
    expect(identified.flat().map(({ child }) => child)).toEqual(world.reader.registered.slice(0, -1));
    world.withdraw(submission);
    const ended = world.events.flatMap(({ type, data }) =>
      type === 'RelationshipsEnded' ? [data.relationships] : [],
    );
    expect(ended.map((each) => each.length)).toEqual([MAX_KIN_PER_EVENT, MAX_KIN_PER_EVENT, 100]);
    expect(world.reader.families.size).toBe(0);
  });
});
