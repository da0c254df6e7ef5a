import { describe, expect, it } from 'vitest';
import { born, caseNumber, email, LinkageWorld, mobile, nhs, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

/** A session under one address. Three of them, with their case numbers, show that the address is no one person’s. */
const session = (n: number): RowSpec => ({ id: `s${n}`, tokens: [email('e'), caseNumber(`${n}`)] });
const couple: readonly RowSpec[] = [
  { id: 'a', tokens: [email('e'), nhs('1')] },
  { id: 'b', tokens: [email('e'), mobile('m'), born('d')] },
];

// The expected ids were worked out by hand from ADR 0019.
describe('the id of an individual', () => {
  it('is, after a merge, the one that was registered first', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'z', tokens: [nhs('1')] }] });
    const first = world.whereIs(user, 'z');
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'a', tokens: [email('e')] }] });
    const second = world.whereIs(user, 'a');
    expect(second).not.toBe(first);
    world.submit({ dataset: user, sequence: 3, rows: [{ id: 'm', tokens: [nhs('1'), email('e')] }] });
    expect(['z', 'a', 'm'].map((id) => world.whereIs(user, id))).toEqual([first, first, first]);
    expect(world.reader.forwards).toEqual(new Map([[second, first]]));
  });

  it('stays, after a split, with the part that has the oldest live record; the other part gets a new id', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'z', tokens: [nhs('1')] }] });
    const first = world.whereIs(user, 'z');
    const bridge = world.submit({
      dataset: user,
      sequence: 2,
      rows: [{ id: 'm', tokens: [nhs('1'), email('e')] }],
    });
    world.submit({ dataset: user, sequence: 3, rows: [{ id: 'a', tokens: [email('e')] }] });
    expect(world.whereIs(user, 'a')).toBe(first);
    world.withdraw(bridge);
    expect(world.whereIs(user, 'z')).toBe(first);
    const parted = world.whereIs(user, 'a');
    expect(world.reader.registered).toEqual([first, parted]);
  });

  it('stays with a person record although a fact is older', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: sessions, rows: [{ id: 's', tokens: [email('e')] }] });
    const first = world.whereIs(sessions, 's');
    const bridge = world.submit({ dataset: user, rows: [{ id: 'm', tokens: [nhs('1'), email('e')] }] });
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'p', tokens: [nhs('1'), born('d')] }] });
    expect([world.whereIs(user, 'm'), world.whereIs(user, 'p')]).toEqual([first, first]);
    world.withdraw(bridge);
    expect(world.whereIs(user, 'p')).toBe(first);
    expect(world.whereIs(sessions, 's')).not.toBe(first);
  });

  it('follows the first of two corrected rows when a file parts them, although a new row precedes both in the file', () => {
    const world = new LinkageWorld();
    world.submit({
      ...{ dataset: user, rows: ['z', 'y'].map((id) => ({ id, tokens: [email('e')] })) },
    });
    const first = world.whereIs(user, 'z');
    expect(world.whereIs(user, 'y')).toBe(first);
    world.submit({
      ...{ dataset: user, sequence: 2 },
      rows: [
        { id: 'x', tokens: [email('g')] },
        { id: 'z', tokens: [email('f')] },
        { id: 'y', tokens: [email('g')] },
      ],
    });
    expect(world.whereIs(user, 'z')).toBe(first);
    expect(world.whereIs(user, 'y')).toBe(world.whereIs(user, 'x'));
    expect(world.whereIs(user, 'y')).not.toBe(first);
  });

  it('comes back when its records are revived', () => {
    const world = new LinkageWorld();
    const row = { id: 'z', tokens: [nhs('1')] };
    const old = world.submit({ dataset: user, rows: [row] });
    const first = world.whereIs(user, 'z');
    const newer = world.submit({
      dataset: user,
      sequence: 2,
      supersedes: [old],
      rows: [{ id: 'y', tokens: [nhs('2')] }],
    });
    expect(world.whereIs(user, 'z')).toBe('(not live)');
    world.withdraw(newer);
    expect(world.whereIs(user, 'z')).toBe(first);
    expect(new Set(world.reader.registered).size).toBe(world.reader.registered.length);
  });

  it('is the one registered first, when two individuals without live records come back as one', () => {
    const world = new LinkageWorld();
    const crowd = world.submit({ dataset: sessions, rows: [1, 2, 3].map(session) });
    const people = world.submit({ dataset: user, rows: couple });
    const [first, second] = [world.whereIs(user, 'a'), world.whereIs(user, 'b')];
    expect(second).not.toBe(first);
    const empty = world.submit({ dataset: user, sequence: 2, supersedes: [people], rows: [] });
    world.withdraw(crowd);
    world.withdraw(empty);
    expect([world.whereIs(user, 'a'), world.whereIs(user, 'b')]).toEqual([first, first]);
    // The other id stays unused: it had no live record when they came back, so it is not merged.
    expect(world.reader.forwards.size).toBe(0);
  });

  it('does not come back if the revived record joins a living individual', () => {
    const world = new LinkageWorld();
    const old = world.submit({ dataset: user, rows: [{ id: 'a', tokens: [email('e')] }] });
    const first = world.whereIs(user, 'a');
    const empty = world.submit({ dataset: user, sequence: 2, supersedes: [old], rows: [] });
    world.submit({ dataset: sessions, rows: [{ id: 's', tokens: [email('e')] }] });
    const second = world.whereIs(sessions, 's');
    world.withdraw(empty);
    expect([world.whereIs(user, 'a'), world.whereIs(sessions, 's')]).toEqual([second, second]);
    expect(second).not.toBe(first);
  });

  it('does not come back with a record while another of its records lives on elsewhere', () => {
    const world = new LinkageWorld();
    const old = world.submit({ dataset: user, rows: [{ id: 'a', tokens: [nhs('1'), email('e')] }] });
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'b', tokens: [email('e'), nhs('1')] }] });
    const first = world.whereIs(user, 'b');
    const empty = world.submit({ dataset: user, sequence: 3, supersedes: [old], rows: [] });
    // The remaining row is corrected, so that nothing joins it to the other any more.
    world.submit({ dataset: user, sequence: 4, rows: [{ id: 'b', tokens: [email('f')] }] });
    expect(world.whereIs(user, 'b')).toBe(first);
    world.withdraw(empty);
    expect(world.whereIs(user, 'b')).toBe(first);
    expect(world.reader.registered).toEqual([first, world.whereIs(user, 'a')]);
  });

  it('of an absorbed individual leads to the one that absorbed it, even for a row that is revived when nobody is left', () => {
    const world = new LinkageWorld();
    const older = world.submit({ dataset: user, rows: [{ id: 'y', tokens: [email('e')] }] });
    const first = world.whereIs(user, 'y');
    const row = { id: 'z', tokens: [nhs('1')] };
    const replaced = world.submit({ dataset: user, sequence: 2, rows: [row] });
    const alike = world.submit({ dataset: user, sequence: 3, rows: [{ id: 'x', tokens: [nhs('1')] }] });
    const second = world.whereIs(user, 'z');
    const newer = world.submit({ dataset: user, sequence: 4, supersedes: [replaced], rows: [] });
    const bridge = world.submit({
      dataset: user,
      sequence: 5,
      rows: [{ id: 'm', tokens: [nhs('1'), email('e')] }],
    });
    expect(world.reader.forwards).toEqual(new Map([[second, first]]));
    for (const submission of [older, alike, bridge]) world.withdraw(submission);
    expect(world.whereIs(user, 'z')).toBe('(not live)');
    world.withdraw(newer);
    expect(world.whereIs(user, 'z')).toBe(first);
  });
});
