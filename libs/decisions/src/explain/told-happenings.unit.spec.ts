import type { IndividualId, RecordId, SubmissionId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import type { Happening, Step } from './explain-individual.js';
import { toldOf } from './told-happenings.js';

const id = (text: string) => text.padEnd(32, '0');
const individual = id('a') as IndividualId;

const joined = (name: string, more: object = {}): Happening => ({
  ...{ position: 7, event: 'RecordsPlaced', what: 'joined', record: id(name) as RecordId, individual },
  ...{ ordinal: 0, strategy: 'leap-1', rule: 'child-key', through: undefined, score: undefined },
  ...{ levels: undefined, submission: id('5') as SubmissionId, ...more },
});
const relationship: Happening = {
  ...{ position: 6, event: 'RelationshipsIdentified', what: 'relationship', kind: 'child-of-carer' },
  ...{ other: id('b') as IndividualId, domain: 'natural-thinkers' },
};
const toldAbout = (happened: readonly Happening[], rivalled: readonly string[] = []) =>
  toldOf({
    happened,
    considered: rivalled.map((name) => ({
      ...{ record: id(name) as RecordId, rowKey: id('c') as never, tokens: [], more: 0 },
      rivals: [{ rule: 'email', record: id('d'), verdict: 'ambiguous' }],
    })),
  } as unknown as Step).map((one) =>
    one.kind === 'one' ? one.happening.what : one.records.map(({ happening }) => happening.record),
  );

describe('what a step tells', () => {
  it('has the relationships and families after the records that they follow from', () => {
    const family = {
      ...relationship,
      what: 'family',
      scope: 'programme',
      family: id('f'),
      joins: true,
    } as Happening;
    expect(toldAbout([relationship, joined('1'), family])).toEqual(['joined', 'relationship', 'family']);
  });

  it('puts neighbouring records of one file and rule together', () => {
    expect(toldAbout([joined('1'), joined('2'), relationship, joined('3')])).toEqual([
      [id('1'), id('2'), id('3')],
      'relationship',
    ]);
  });

  it.each([
    ['another file', { submission: id('6') }],
    ['another rule', { rule: 'email' }],
    ['another strategy', { strategy: 'kin-1' }],
    ['another individual', { individual: id('e') }],
    ['a score of its own', { score: 1200 }],
  ])('keeps apart a record with %s', (_, more) => {
    expect(toldAbout([joined('1'), joined('2'), joined('3', more)])).toEqual([[id('1'), id('2')], 'joined']);
  });

  it('keeps apart a record for which something else was considered, and one that founds the individual', () => {
    expect(toldAbout([joined('1'), joined('2')], ['2'])).toEqual(['joined', 'joined']);
    expect(toldAbout([joined('1', { what: 'registered' }), joined('2')])).toEqual(['registered', 'joined']);
  });
});
