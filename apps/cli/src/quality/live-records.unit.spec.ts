import type { LedgerEvent, PseudonymisedRow, RecordId, RowKey } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { LiveRecords } from './live-records.js';

const id = (letter: string) => letter.repeat(32);
const key = (letter: string) => id(letter) as RowKey;
const body = (letter: string) =>
  ({ record: id(letter), tokens: [], derived: [] }) as unknown as PseudonymisedRow;
const bodies = new Map(['a', 'b', 'c', 'd'].map((letter) => [id(letter) as RecordId, body(letter)]));

/** Events with only what the fold reads. */
const event = (type: LedgerEvent['type'], data: object) => ({ type, data }) as LedgerEvent;
const founds = (record: string, individual: string) => ({
  ...{ record: id(record), rowKey: id(record), role: 'child', individual: id(individual) },
  ...{ registered: true, rule: 'first-of-its-kind' },
});
const joins = (record: string, individual: string, through: string, rule: string) => ({
  ...{ record: id(record), rowKey: id(record), role: 'child', individual: id(individual) },
  ...{ registered: false, rule, through: id(through) },
});
const aside = (record: string, setAside: string) => ({
  ...{ record: id(record), rowKey: id(record), role: 'child', setAside },
});
const received = event('SubmissionReceived', { submission: 's', dataset: 'baby-steps.user' });
const placed = (...placements: object[]) => event('RecordsPlaced', { submission: 's', placements });
const decided = (type: 'LinkReviewed' | 'LinkForbidden' | 'LinkAllowed', one: string, other: string) =>
  event(type, { rows: [id(one), id(other)] });

const after = (...events: LedgerEvent[]): LiveRecords => {
  const records = new LiveRecords();
  for (const each of [received, ...events]) records.apply(each, bodies);
  return records;
};
const individuals = (records: LiveRecords) =>
  records.live().map(({ record, individual }) => [record[0], individual?.[0]]);
const links = (records: LiveRecords) =>
  records.links().map(({ ends: [from, to], rule }) => [from.record[0], to.record[0], rule]);

const two = placed(founds('a', '1'), joins('b', '1', 'a', 'email'));

describe('the live records of a ledger', () => {
  it('have their individual, and the link by which they joined it', () => {
    const records = after(two, placed(aside('c', 'unlinkable'), aside('d', 'superseded')));
    expect(individuals(records)).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['c', undefined],
    ]);
    expect(links(records)).toEqual([['b', 'a', 'email']]);
  });

  it('lose a link with a record that is retired', () => {
    const records = after(two, event('RecordsRetired', { records: [id('a')] }));
    expect(individuals(records)).toEqual([['b', '1']]);
    expect(links(records)).toEqual([]);
  });

  it('follow a merge, which links the founder of the absorbed individual', () => {
    const decision = { strategy: 'leap-1', rule: 'nhs-number', through: id('b') };
    const records = after(
      two,
      placed(founds('c', '2'), joins('d', '2', 'c', 'mobile')),
      event('IndividualsMerged', { individual: id('1'), absorbed: id('2'), decision }),
    );
    expect(individuals(records).map(([, individual]) => individual)).toEqual(['1', '1', '1', '1']);
    expect(links(records)).toEqual([
      ['b', 'a', 'email'],
      ['d', 'c', 'mobile'],
      ['c', 'b', 'nhs-number'],
    ]);
  });

  it('follow a split, which undoes the link between the parts', () => {
    const records = after(
      two,
      event('IndividualSplit', { individual: id('1'), into: id('3'), registered: true, records: [id('b')] }),
    );
    expect(individuals(records)).toEqual([
      ['a', '1'],
      ['b', '3'],
    ]);
    expect(links(records)).toEqual([]);
  });

  it('know what people decided about a pair, in either order, until it is revoked', () => {
    const records = after(two, decided('LinkReviewed', 'a', 'b'), decided('LinkForbidden', 'c', 'b'));
    expect(records.decided('same')).toEqual([[key('a'), key('b')]]);
    expect(records.decided('different')).toEqual([[key('b'), key('c')]]);
    records.apply(decided('LinkAllowed', 'b', 'a'), bodies);
    expect(records.decided('same')).toEqual([]);
  });
});
