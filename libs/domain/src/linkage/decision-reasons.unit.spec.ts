import { describe, expect, it } from 'vitest';
import { born, email, LinkageWorld, nhs, rowKeyOf, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

/** The events since a given one: their types, with the rule if there is one. */
const saidSince = (world: LinkageWorld, event: number): string[] =>
  world.told(event).flatMap(({ type, data }) => {
    if ('decision' in data) return [`${type} by ${data.decision.rule}`];
    return type === 'Registered' || type === 'Matched' ? [`${type} by ${data.rule}`] : [];
  });

describe('the ground of a placement', () => {
  const comesBack = (dataset: string) => {
    const world = new LinkageWorld();
    const row: RowSpec = { id: 'z', tokens: [nhs('1')] };
    const old = world.submit({ dataset, rows: [row] });
    const newer = world.submit({ dataset, sequence: 2, supersedes: [old], rows: [] });
    const before = world.events.length;
    world.withdraw(newer);
    return saidSince(world, before);
  };

  it('is “revived” for a person whose record comes back alone', () => {
    expect(comesBack(user)).toEqual(['Matched by revived']);
  });

  it('is the token that founds the individual, for a session that comes back alone', () => {
    expect(comesBack(sessions)).toEqual(['Matched by nhs-number']);
  });

  it('is the replaced row, for a correction that meets no other record', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'z', tokens: [nhs('1')] }] });
    const before = world.events.length;
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'z', tokens: [nhs('1')], note: 'corrected' }] });
    expect(saidSince(world, before)).toEqual(['Matched by same-row']);
  });

  it('is the strongest token through which it met another record, and names that record', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'y', tokens: [email('e'), nhs('1')] }] });
    const before = world.events.length;
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'z', tokens: [email('e'), nhs('1')] }] });
    expect(saidSince(world, before)).toEqual(['Matched by nhs-number']);
    const met = [...world.reader.records].find(([, { rowKey }]) => rowKey === rowKeyOf(user, 'y'))?.[0];
    expect(world.told(before)[1]?.data).toMatchObject({ through: met });
  });

  it('names the record that holds the token, even if another record of the person has a smaller row key and a rival holds the token too', () => {
    const [listed, known] = ['a', 'b'].sort((one, other) =>
      rowKeyOf(user, one) < rowKeyOf(user, other) ? -1 : 1,
    ) as [string, string];
    const world = new LinkageWorld();
    world.submit({
      dataset: user,
      rows: [
        { id: listed, tokens: [nhs('1')] },
        { id: known, tokens: [nhs('1'), email('e'), born('1990')] },
        { id: 'rival', tokens: [email('e'), born('1991')] },
      ],
    });
    const before = world.events.length;
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'new', tokens: [email('e'), born('1990')] }] });
    expect(saidSince(world, before)).toEqual(['Matched by email']);
    const holder = [...world.reader.records].find(([, { rowKey }]) => rowKey === rowKeyOf(user, known))?.[0];
    expect(world.told(before)[1]?.data).toMatchObject({ through: holder });
  });
});

describe('an event that retires several records', () => {
  it('lists them oldest first, whatever the order of the rows that replace them', () => {
    const world = new LinkageWorld();
    const row = (id: string, note: string): RowSpec => ({ id, tokens: [nhs(id)], note });
    world.submit({ dataset: user, rows: ['a', 'b', 'c', 'd'].map((id) => row(id, 'old')) });
    const entered = [...world.reader.records.keys()];
    world.submit({ dataset: user, sequence: 2, rows: ['c', 'a', 'd', 'b'].map((id) => row(id, 'new')) });
    const retired = world.events.flatMap(({ type, data }) =>
      type === 'RecordsRetired' ? [data.records] : [],
    );
    expect(retired).toEqual([entered]);
  });
});

describe('a decision with several referrals', () => {
  it('makes them in the order of their ids, and later lets them lapse in that order', () => {
    const world = new LinkageWorld();
    const pairs = ['a', 'b', 'c', 'd', 'e'].flatMap((name) =>
      ['1', '2'].map((birthDate): RowSpec => ({
        id: `${name}${birthDate}`,
        tokens: [email(name), born(birthDate)],
      })),
    );
    const file = world.submit({ dataset: user, rows: pairs });
    const named = world.events.flatMap(({ type, data }) => (type === 'LinkReferred' ? [data.referral] : []));
    expect(named).toHaveLength(5);
    expect(named).toEqual(named.toSorted());
    world.withdraw(file);
    const lapsed = world.events.flatMap(({ type, data }) =>
      type === 'LinkReferralLapsed' ? [data.referral] : [],
    );
    expect(lapsed).toEqual(named);
  });
});
