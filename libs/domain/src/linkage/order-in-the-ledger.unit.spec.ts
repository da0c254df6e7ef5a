import type { LedgerEvent } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { email, LinkageWorld, nhs, rowKeyOf, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const q1 = { dataset: user, period: '2023-24-Q1' };
const q2 = { dataset: user, period: '2023-24-Q2' };
const person = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({ id, tokens: [nhs(id), ...tokens] });

/** The names of the rows of records, in the order of the records. */
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

// The rows arrive in another order than the ledger's. The expected order is that of ADR 0019 and architecture §6.
describe('the ledger', () => {
  it('lists the individuals absorbed through one row in order of registration', () => {
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

  it('lists the parts split off one person in the order of their oldest records, and each part oldest first', () => {
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

  it('lists splits of several people in order of registration', () => {
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

  it('lists records that fall back to earlier files by file, oldest first', () => {
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

  it('lists records that fall back to an earlier file when a replacement omits them', () => {
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
