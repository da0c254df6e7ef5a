import { describe, expect, it } from 'vitest';
import {
  born,
  carerEmail,
  childKey,
  email,
  LinkageWorld,
  nhs,
  rowKeyOf,
  type RowSpec,
} from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

/** Ids of rows, in the order of the row keys that they have in a dataset. */
const rowIds = (dataset: string): readonly string[] =>
  ['a', 'b', 'c', 'd', 'e'].sort((one, other) =>
    rowKeyOf(dataset, one) < rowKeyOf(dataset, other) ? -1 : 1,
  );

/** Who is related to whom, by the names given to rows. */
function kinIn(world: LinkageWorld, names: Readonly<Record<string, readonly [dataset: string, id: string]>>) {
  const nameOf = new Map(
    Object.entries(names).map(([name, [dataset, id]]) => [world.whereIs(dataset, id), name]),
  );
  return [...world.reader.relationships.values()]
    .map(({ kind, child, other }) => `${kind} ${nameOf.get(child) ?? child} ${nameOf.get(other) ?? other}`)
    .sort();
}

describe('kinship of children whose carer is unknown', () => {
  const [first, second, third] = rowIds(user) as [string, string, string];
  const zoe = { role: 'child', tokens: [nhs('zoe'), carerEmail('mum')] } as const;
  const max = { role: 'child', tokens: [nhs('max'), carerEmail('mum')] } as const;
  /** Identifies Zoe, without her carer. */
  const zoeAlone = { role: 'child', tokens: [nhs('zoe')] } as const;
  const names = { zoe: [user, third], max: [user, second] } as const;
  const submit = (world: LinkageWorld, sequence: number, ...rows: readonly RowSpec[]) =>
    world.submit({ dataset: user, sequence, rows });

  it('goes through the child with the smallest row key, even if a later row changes which child that is', () => {
    const world = new LinkageWorld();
    submit(world, 1, { id: third, ...zoe }, { id: second, ...max });
    expect(kinIn(world, names)).toEqual(['same-carer zoe max']);
    submit(world, 2, { id: first, ...zoeAlone });
    expect(kinIn(world, names)).toEqual(['same-carer max zoe']);
  });

  it('turns round when the row with the smallest key is withdrawn', () => {
    const world = new LinkageWorld();
    const alone = submit(world, 1, { id: first, ...zoeAlone });
    submit(world, 2, { id: third, ...zoe }, { id: second, ...max });
    expect(kinIn(world, names)).toEqual(['same-carer max zoe']);
    world.withdraw(alone);
    expect(kinIn(world, names)).toEqual(['same-carer zoe max']);
  });

  it('turns round when the row with the smallest key turns out to be somebody else’s', () => {
    const world = new LinkageWorld();
    submit(world, 1, { id: first, ...zoeAlone });
    submit(world, 2, { id: third, ...zoe }, { id: second, ...max });
    submit(world, 3, { id: first, role: 'child', tokens: [nhs('ida')] });
    expect(kinIn(world, names)).toEqual(['same-carer zoe max']);
  });

  it('is the same for children known from sessions alone', () => {
    const [one, two, three] = rowIds(sessions) as [string, string, string];
    const world = new LinkageWorld();
    const told = { zoe: [sessions, three], max: [sessions, two] } as const;
    world.submit({
      dataset: sessions,
      rows: [
        { id: three, ...zoe },
        { id: two, ...max },
      ],
    });
    expect(kinIn(world, told)).toEqual(['same-carer zoe max']);
    const further = world.submit({ dataset: sessions, sequence: 2, rows: [{ id: one, ...zoeAlone }] });
    expect(kinIn(world, told)).toEqual(['same-carer max zoe']);
    world.withdraw(further);
    expect(kinIn(world, told)).toEqual(['same-carer zoe max']);
  });
});

describe('a carer known from sessions', () => {
  it('is related to the child although a referred session has the same address', () => {
    const world = new LinkageWorld();
    world.submit({
      dataset: user,
      rows: [
        { id: 'child', role: 'child', tokens: [nhs('zoe'), carerEmail('mum')] },
        { id: 'other', tokens: [nhs('other'), born('1990')] },
      ],
    });
    // Its NHS number is another person's, whose birth date differs, so the session is referred.
    world.submit({
      dataset: sessions,
      rows: [{ id: 'doubtful', tokens: [nhs('other'), born('1991'), email('mum')] }],
    });
    expect(world.whereIs(sessions, 'doubtful')).toBe('(referred)');
    world.submit({
      dataset: sessions,
      sequence: 2,
      rows: [{ id: 'mum', tokens: [nhs('mum'), email('mum')] }],
    });
    expect(kinIn(world, { child: [user, 'child'], mum: [sessions, 'mum'] })).toEqual(['carer child mum']);
  });
});

describe('a session that moves to another child', () => {
  it('relates that child to the carer too, and leaves the first child related', () => {
    const world = new LinkageWorld();
    const child = 'child' as const;
    world.submit({
      dataset: user,
      rows: [
        { id: 'zoe', role: child, tokens: [childKey('zoe'), carerEmail('mum')] },
        { id: 'mum', tokens: [email('mum')] },
      ],
    });
    world.submit({
      dataset: sessions,
      rows: [{ id: 'session', role: child, tokens: [nhs('max'), childKey('zoe'), carerEmail('mum')] }],
    });
    const names = { zoe: [user, 'zoe'], max: [user, 'max'], mum: [user, 'mum'] } as const;
    expect(kinIn(world, names)).toEqual(['carer zoe mum']);
    // Nobody had this NHS number until now. It is the strongest token of the session.
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'max', role: child, tokens: [nhs('max')] }] });
    expect(world.whereIs(sessions, 'session')).toBe(world.whereIs(user, 'max'));
    expect(kinIn(world, names)).toEqual(['carer max mum', 'carer zoe mum']);
  });
});

describe('a decision that identifies several relationships', () => {
  it('lists them by child, then by carer, each in order of registration', () => {
    const world = new LinkageWorld();
    const adult = (id: string, birthDate: string): RowSpec => ({
      id,
      tokens: [nhs(id), email('home'), born(birthDate)],
    });
    const child = (id: string): RowSpec => ({ id, role: 'child', tokens: [nhs(id), carerEmail('home')] });
    world.submit({
      dataset: user,
      rows: [child('zoe'), adult('dad', '1980'), child('max'), adult('mum', '1985')],
    });
    const [zoe, dad, max, mum] = world.reader.registered;
    const identified = world
      .told()
      .flatMap(({ type, data }) => (type === 'RelationshipIdentified' ? [[data.child, data.other]] : []));
    expect(identified).toEqual([
      [zoe, dad],
      [zoe, mum],
      [max, dad],
      [max, mum],
    ]);
  });
});

describe('an address that too many children name as their carer’s', () => {
  it('relates nobody until fewer children name it again', () => {
    const world = new LinkageWorld();
    const child = (id: string): RowSpec => ({ id, role: 'child', tokens: [nhs(id), carerEmail('mum')] });
    world.submit({
      dataset: user,
      rows: [{ id: 'mum', tokens: [email('mum')] }, child('zoe'), child('max')],
    });
    const names = { zoe: [user, 'zoe'], max: [user, 'max'], mum: [user, 'mum'] } as const;
    const both = ['carer max mum', 'carer zoe mum'];
    expect(kinIn(world, names)).toEqual(both);
    const third = world.submit({ dataset: user, sequence: 2, rows: [child('ida')] });
    expect(kinIn(world, names)).toEqual([]);
    world.withdraw(third);
    expect(kinIn(world, names)).toEqual(both);
  });
});
