import type { DatasetId, IndividualId, RecordId } from '@kinledger/contracts';
import type { PairExplanation } from '@kinledger/decisions';
import type { ComparedPair, PairRelation } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { describePair } from './describe-pair.js';

const id = (digit: string) => digit.repeat(32);
const [first, second, third] = ['1', '2', '3'].map((digit) => id(digit) as RecordId) as [
  RecordId,
  RecordId,
  RecordId,
];
const compared: ComparedPair = {
  records: [first, second],
  isCandidate: true,
  weights: {
    ...{ model: 'f'.repeat(64), start: -12_500, score: 6_125 },
    fields: [
      { field: 'birth-date', level: 'full', weight: 12_000 },
      { field: 'postcode', level: 'different', weight: -1_375 },
      { field: 'shoe-size', level: 'full', weight: 8_000 },
      { field: 'nhs-number', level: 'missing', missing: 'second', weight: 0 },
    ],
    classes: [
      { class: 'match', isOnePerson: true, probability: 0.98 },
      { class: 'twin', isOnePerson: false, probability: 0.02 },
    ],
  },
  bands: { review: 4_000, link: 7_000, margin: 3_000 },
  conditions: [
    { condition: 'score', outcome: 'failed' },
    { condition: 'nhs-number', outcome: 'missing' },
  ],
  rival: { of: first, record: third, individual: undefined, score: 5_000 },
};
const relation: PairRelation = {
  ...{ isTogether: false, links: [], reasons: ['score-below-link'], decided: [], shared: [] },
  ...{ individuals: [id('a') as IndividualId, undefined], keys: { shared: 2, crowded: 1 } },
  ...{ compared, decisive: undefined },
};
const side = (record: RecordId, individual?: string) => ({
  ...{ record, dataset: 'peep.user' as DatasetId, role: 'child' as const, notCounted: undefined },
  individual: individual as IndividualId | undefined,
});
const found: PairExplanation = {
  ...{ kind: 'pair', stream: 'programme-leap', asAt: 12, erasedSince: false, relation },
  strategy: { name: 'kin-1', model: 'f'.repeat(64), adoptedAt: 1 },
  records: [side(first, id('a')), side(second)],
  referrals: [{ referral: id('e'), reason: 'ambiguous', rule: 'kin-1', since: 9 }],
  reviews: [],
};

describe('why two records are or are not together, for people', () => {
  it('begins with the answer in one sentence', () => {
    expect(describePair(found)).toMatch(
      /^The two records are not together: their score is too low to link them without a person; a person has yet to decide\.\n/,
    );
  });

  it('has a table of weights that add up to the score, for whatever fields the model names', () => {
    const text = describePair(found);
    for (const [field, weight] of [
      ['start', '−12.500'],
      ['birth-date', '+12.000'],
      ['postcode', '−1.375'],
      ['shoe-size', '+8.000'],
      ['score', '+6.125'],
    ] as const)
      expect(text).toMatch(new RegExp(`${field} .*${weight.replace('+', '\\+')}`));
    expect(text).toMatch(/nhs-number +missing on the second record/);
  });

  it('says what was asked, what held, who is the nearest rival and by which margin', () => {
    const text = describePair(found);
    expect(text).toContain('score did not hold; nhs-number not asked: a record does not state it');
    expect(text).toContain(
      `record ${third}, which with record ${first} scores 5.000 bits: a margin of 1.125`,
    );
    expect(text).toContain(
      'match (one person) with a probability of 98.0 %, twin with a probability of 2.0 %',
    );
  });

  it('names the doubt that waits, and under which model the weights are', () => {
    const text = describePair(found);
    expect(text).toContain(`referral ${id('e')} waits for a person since position 9 (ambiguous, by kin-1)`);
    expect(text).toContain(`model ${'f'.repeat(64)}, adopted at position 1`);
  });

  it('leads over the links of a pair that is together, and has no weights for exact identifiers', () => {
    const links = [{ records: [first, second] as const, rule: 'nhs-number', compared: undefined }];
    const together = { ...relation, ...{ isTogether: true, links, reasons: [], compared: undefined } };
    const text = describePair({ ...found, relation: together, referrals: [] });
    expect(text).toMatch(/^The two records belong to one individual\./);
    expect(text).toContain(`record ${first} and record ${second} are linked by nhs-number`);
    expect(text).not.toContain('Bits');
  });

  it('says of a record that does not count why', () => {
    const gone = [found.records[0], { ...found.records[1], notCounted: 'withdrawn' }] as const;
    const text = describePair({
      ...found,
      records: gone,
      relation: undefined,
      referrals: [],
      erasedSince: true,
    });
    expect(text).toMatch(/^The second record does not count: its file was withdrawn\./);
    expect(text).toContain('Somebody was erased after that position');
  });
});
