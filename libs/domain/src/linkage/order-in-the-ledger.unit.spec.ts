import type { LedgerEvent } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { email, LinkageWorld, nhs, rowKeyOf, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const q1 = { dataset: user, period: '2023-24-Q1' };
const q2 = { dataset: user, period: '2023-24-Q2' };
const person = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({ id, tokens: [nhs(id), ...tokens] });

/** Names of the rows of records, in their order. */
function namesIn(world: LinkageWorld, records: readonly string[]): string[] {
  const names = new Map(['a', 'b', 'c', 'd'].map((id) => [rowKeyOf(user, id), id]));
  return records.map((record) => {
    const rowKey = [...world.reader.records].find(([id]) => id === record)?.[1].rowKey;
    return rowKey === undefined ? record : (names.get(rowKey) ?? rowKey);
  });
}

type DataIn<Type extends LedgerEvent['type']> = Extract<LedgerEvent, { type: Type }>['data'];

const all = <Type extends LedgerEvent['type']>(world: LinkageWorld, type: Type): DataIn<Type>[] =>
  world.events.filter((event) => event.type === type).map(({ data }) => data as DataIn<Type>); // of that type

// The rows come in an order that is not the ledger’s: each answer is the order that ADR 0019 and architecture §6 give.
describe('in the ledger', () => {
  it('people whom one row makes one are taken in in the order of their registration', () => {
    const world = new LinkageWorld();
    const rows = [
      { id: 'a', tokens: [email('1')] },
      { id: 'b', tokens: [email('2')] },
      { id: 'c', tokens: [email('3')] },
    ];
    world.submit({ ...q1, rows });
    const [first, second, third] = world.reader.registered;
    world.submit({ ...q1, sequence: 2, rows: [{ id: 'd', tokens: [email('1'), email('3'), email('2')] }] });
    expect(all(world, 'IndividualsMerged').map(({ individual, absorbed }) => [individual, absorbed])).toEqual(
      [
        [first, second],
        [first, third],
      ],
    );
  });

  it('parts of one person are split off in the order of their oldest records, and each part oldest first', () => {
    const world = new LinkageWorld();
    const bridge = world.submit({
      ...{ ...q1, rows: [{ id: 'd', tokens: [email('1'), email('3'), email('2')] }] },
    });
    world.submit({
      ...q1,
      sequence: 2,
      rows: [
        { id: 'a', tokens: [email('1')] },
        { id: 'b', tokens: [email('2')] },
      ],
    });
    world.submit({ ...q1, sequence: 3, rows: [{ id: 'c', tokens: [email('3')] }] });
    world.submit({ dataset: 'talk.user', rows: ['x', 'y', 'z'].map((id) => ({ id, tokens: [email('2')] })) });
    expect(world.reader.registered).toHaveLength(1);
    world.withdraw(bridge);
    const entered = [...world.reader.records.keys()];
    expect(
      all(world, 'IndividualSplit').map(({ records }) => records.map((id) => entered.indexOf(id))),
    ).toEqual([[2, 4, 5, 6], [3]]);
  });

  it('people who are split at once are told in the order of their registration', () => {
    const world = new LinkageWorld();
    const row = (id: string, ...addresses: readonly string[]): RowSpec => ({
      ...{ id, tokens: addresses.map((address) => email(address)) },
    });
    world.submit({ ...q1, rows: [row('a', '1'), row('c', '3')] });
    const bridges = world.submit({ ...q1, sequence: 2, rows: [row('y', '3', '4'), row('x', '1', '2')] });
    world.submit({ ...q1, sequence: 3, rows: [row('b', '2'), row('d', '4')] });
    const [first, second] = world.reader.registered;
    expect(world.reader.registered).toHaveLength(2);
    world.withdraw(bridges);
    const told = all(world, 'IndividualSplit');
    expect(told.map(({ individual, records }) => [individual, ...namesIn(world, records)])).toEqual([
      [first, 'b'],
      [second, 'd'],
    ]);
  });

  it('records that fall to an earlier file are told oldest first, by that file', () => {
    const world = new LinkageWorld();
    world.submit({ ...q1, rows: [person('a'), person('b')] });
    world.submit({ ...q1, sequence: 2, rows: [person('c')] });
    const [first, second] = [...world.received.keys()];
    const later = world.submit({ ...q2, rows: [person('c'), person('b'), person('a')] });
    expect(namesIn(world, all(world, 'RecordsCarried')[0]?.records ?? [])).toEqual(['c', 'b', 'a']);
    expect(all(world, 'CarrierChanged')).toEqual([]);
    world.withdraw(later);
    const told = all(world, 'CarrierChanged');
    expect(told.map(({ submission }) => submission)).toEqual([first, second]);
    expect(told.map(({ records }) => namesIn(world, records))).toEqual([['a', 'b'], ['c']]);
  });

  it('records fall to an earlier file too where a file without them takes the place of the one that had them', () => {
    const world = new LinkageWorld();
    const first = world.submit({ ...q1, rows: [person('a'), person('b')] });
    const second = world.submit({ ...q2, rows: [person('b'), person('a')] });
    world.submit({ ...q2, sequence: 2, supersedes: [second], rows: [person('b')] });
    const told = all(world, 'CarrierChanged');
    expect(told.map(({ submission, records }) => [submission, ...namesIn(world, records)])).toEqual([
      [first, 'a'],
    ]);
  });
});
