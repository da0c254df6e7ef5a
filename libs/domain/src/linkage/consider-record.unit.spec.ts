import { describe, expect, it } from 'vitest';
import type { RecordId } from '@kinledger/contracts';
import { kin1 } from './kin-1/kin-1.js';
import { child as kinChild, kin1Settings, kin1World } from './testing/kin-1-rows.js';
import {
  born,
  caseNumber,
  childKey,
  email,
  gender,
  LinkageWorld,
  mobile,
  nhs,
  rowKeyOf,
  type RowSpec,
} from './testing/linkage-world.js';

const user = 'peep.user';

/** Submits rows one after another, and considers the last of them. */
function consider(...rows: readonly RowSpec[]) {
  const world = new LinkageWorld();
  rows.forEach((row, index) => world.submit({ dataset: user, sequence: index + 1, rows: [row] }));
  return { world, considered: world.engine.consider(recordOf(world, rows.at(-1)?.id ?? ''), () => true) };
}
const recordOf = (world: LinkageWorld, id: string): RecordId => {
  const [record] = [...world.reader.records].find(([, { rowKey }]) => rowKey === rowKeyOf(user, id)) ?? [];
  if (record === undefined) throw new Error(`there is no row ${id}`);
  return record;
};
const adult = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({ id, role: 'adult', tokens });
const child = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({ id, role: 'child', tokens });
const verdicts = (...rows: readonly RowSpec[]) =>
  consider(...rows).considered?.rivals.map(({ rule, verdict }) => `${rule} ${verdict}`);

describe('the engine’s account of what a strategy considers', () => {
  it('names the kinds of the record’s tokens, strongest first, with the number of holders of each', () => {
    const { considered } = consider(
      adult('a', email('e')),
      adult('b', mobile('m'), email('e'), nhs('1'), born('1980')),
    );
    expect(considered?.tokens).toEqual([
      { rule: 'nhs-number', hasForce: true, isUsable: true, holders: 1 },
      { rule: 'email', hasForce: true, isUsable: true, holders: 2 },
      { rule: 'mobile', hasForce: true, isUsable: true, holders: 1 },
    ]);
    expect(considered?.rivals).toEqual([]);
  });

  it('states which contradiction keeps the record from an individual that shares a token, and names that individual and its record', () => {
    const { world, considered } = consider(
      adult('a', email('e'), nhs('1')),
      adult('b', email('e'), nhs('2')),
    );
    expect(considered?.rivals).toMatchObject([
      {
        ...{ rule: 'email', record: recordOf(world, 'a'), individual: world.whereIs(user, 'a') },
        verdict: 'nhs-numbers-differ',
      },
    ]);
    expect(verdicts(adult('a', email('e'), born('1980')), adult('b', email('e'), born('1990')))).toEqual([
      'email birth-dates-differ',
    ]);
    expect(verdicts(adult('a', email('e'), gender('f')), adult('b', email('e'), gender('m')))).toEqual([
      'email genders-differ',
    ]);
    expect(
      verdicts(child('a', childKey('c'), caseNumber('1')), child('b', childKey('c'), caseNumber('2'))),
    ).toEqual(['child-key case-numbers-differ']);
  });

  it('states that a mobile joins only rows with the same birth date', () => {
    expect(verdicts(adult('a', mobile('m'), born('1980')), adult('b', mobile('m'), born('1990')))).toEqual([
      'mobile birth-date-not-shared',
    ]);
    expect(consider(adult('a', mobile('m'))).considered?.tokens).toEqual([
      { rule: 'mobile', hasForce: true, isUsable: false, holders: 1 },
    ]);
  });

  it('states that a token held by many people has lost its force', () => {
    const many = ['1980', '1981', '1982'].map((day) => adult(day, email('none'), born(day)));
    expect(verdicts(...many)).toEqual(['email token-without-force', 'email token-without-force']);
  });

  it('tells an identifier that withheld records alone rob of its force as one that has it', () => {
    const world = new LinkageWorld();
    const held = (day: string) => adult(day, email('none'), born(day));
    world.submit({ dataset: user, rows: [held('1980'), held('1981')] });
    world.submit({ dataset: 'refuge.user', rows: [held('1982')] });
    const told = (isShown: (dataset: string) => boolean) => {
      const { tokens, rivals } = world.engine.consider(recordOf(world, '1981'), isShown) ?? {};
      return [tokens, rivals?.map(({ verdict }) => verdict)];
    };
    const token = { rule: 'email', isUsable: true };
    expect(told(() => true)).toEqual([
      [{ ...token, hasForce: false, holders: 3 }],
      ['token-without-force', 'token-without-force'],
    ]);
    expect(told((dataset) => dataset === user)).toEqual([
      [{ ...token, hasForce: true, holders: 2 }],
      ['kept-apart-by-others'],
    ]);
  });

  it('names the record that an identifier links to it, among those that are meant', () => {
    const { world } = consider(
      adult('a', email('e'), nhs('1')),
      adult('b', email('e')),
      adult('c', email('e'), nhs('1')),
    );
    const met = (...meant: readonly string[]) =>
      world.engine.metByToken(
        recordOf(world, 'c'),
        () => true,
        (record) => meant.some((id) => recordOf(world, id) === record),
      );
    expect(met('a', 'b')).toEqual({ rule: 'nhs-number', record: recordOf(world, 'a') });
    expect(met('b')).toEqual({ rule: 'email', record: recordOf(world, 'b') });
    expect(met()).toBeUndefined();
  });

  it('states that a person forbade the link', () => {
    const { world } = consider(adult('a', email('e')), adult('b', email('e')));
    world.constrain('LinkForbidden', [rowKeyOf(user, 'a'), rowKeyOf(user, 'b')]);
    expect(world.engine.consider(recordOf(world, 'b'), () => true)?.rivals).toMatchObject([
      { rule: 'email', verdict: 'forbidden' },
    ]);
  });

  it('states, for a fact, that a stronger token decided', () => {
    const { world } = consider(adult('a', nhs('1')), adult('b', email('e')));
    world.submit({ dataset: 'peep.engagement', rows: [adult('v', nhs('1'), email('e'))] });
    const visit = [...world.reader.records].find(
      ([, { rowKey }]) => rowKey === rowKeyOf('peep.engagement', 'v'),
    )?.[0];
    expect(world.engine.consider(visit as RecordId, () => true)?.rivals).toMatchObject([
      { rule: 'email', verdict: 'weaker-token' },
    ]);
  });

  it('states of a fact what decided, by the profile with which the strategy attaches facts', () => {
    const ada = { born: '2020-03-04', letters: 'ada', postcode: 'se1 1aa' };
    const world = new LinkageWorld([], kin1(kin1Settings));
    const submit = (dataset: string, row: RowSpec) => world.submit({ dataset, rows: [row] });
    submit('alpha.user', kinChild('a', ada, caseNumber('K')));
    submit('beta.user', kinChild('b', { ...ada, born: '2020-04-03' }));
    submit('gamma.user', { id: 'c', role: 'child', tokens: [nhs('9')] });
    expect(world.whereIs('alpha.user', 'a')).toBe(world.whereIs('beta.user', 'b'));
    submit('alpha.engagement', {
      ...{ id: 's', role: 'child', tokens: [born('2020-03-04'), caseNumber('K'), nhs('9')] },
    });
    expect(world.whereIs('alpha.engagement', 's')).toBe(world.whereIs('gamma.user', 'c'));
    const [session] = [...world.reader.records].find(
      ([, { rowKey }]) => rowKey === rowKeyOf('alpha.engagement', 's'),
    ) as [RecordId, unknown];
    expect(
      world.engine.consider(session, () => true)?.rivals.map(({ rule, verdict }) => `${rule} ${verdict}`),
    ).toEqual(['case-number weaker-token']);
  });

  it('knows no rival among rows of people that share a case number alone, where it joins nobody', () => {
    const { world, recordOf: rowOf } = kin1World([
      kinChild('a', { born: '2020-03-04', letters: 'ada' }, caseNumber('K')),
      kinChild('b', { born: '2018-07-09', letters: 'zoe', gender: 'm' }, caseNumber('K')),
    ]);
    const considered = world.engine.consider(rowOf('b'), () => true);
    expect(considered?.tokens).toMatchObject([{ rule: 'case-number', holders: 2 }]);
    expect(considered?.rivals).toEqual([]);
  });

  it('is undefined for a record that is not live', () => {
    const { world } = consider(adult('a', email('e')));
    const record = recordOf(world, 'a');
    world.erase([record]);
    expect(world.engine.consider(record, () => true)).toBeUndefined();
    expect(world.engine.consider('0'.repeat(32) as RecordId, () => true)).toBeUndefined();
  });
});
