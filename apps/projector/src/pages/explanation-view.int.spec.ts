import { readProgramme } from '@kinledger/programme';
import type { Explanation, Happening } from '@kinledger/decisions';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExplanationNames } from './explanation-view.js';
import type { Sentence } from './told.js';

const id = (digit: string) => digit.repeat(32) as never;
const words = (sentence: Sentence) =>
  sentence.map((piece) => (typeof piece === 'string' ? piece : `<${piece.id[0] ?? ''}>`)).join('');

const joined: Happening = {
  ...{ position: 1_234, event: 'RecordsPlaced', what: 'joined', record: id('2'), individual: id('a') },
  ...{ ordinal: 0, strategy: 'kin-1', rule: 'email', through: id('1'), score: 12_340 },
  ...{ levels: { 'first-name': 'exact' }, submission: id('5') },
};
const explanation = (happened: readonly Happening[], more: object = {}): Explanation => ({
  ...{ stream: 'programme-leap', asAt: 2_000, individual: id('a'), record: undefined, absorbed: [] },
  ...{ records: [id('1'), id('2')], faults: [] },
  submissions: [
    {
      ...{
        submission: id('5'),
        dataset: 'baby-steps.user',
        period: '2023-24-Q2',
        provider: 'baby-steps-team',
      },
      ...{ agreement: 'baby-steps-2023', attestedBy: 'officer', onBehalfOf: undefined },
    },
  ],
  steps: [
    {
      ...{ from: 1_230, to: 1_240, type: 'SubmissionLinked', replay: 'equal', happened },
      caused: {
        ...{ cause: 'file-2', time: '2023-10-09T09:30:00Z', kind: 'file', command: undefined, by: 'officer' },
        ...{ organisation: undefined, reason: undefined, submission: id('5') },
      },
      considered: [
        {
          ...{ record: id('2'), rowKey: id('c'), more: 3 },
          tokens: [{ rule: 'email', hasForce: false, isUsable: true, holders: 60 }],
          rivals: [
            {
              rule: 'mobile',
              record: id('3'),
              submission: id('5'),
              individual: id('b'),
              verdict: 'birth-dates-differ',
            },
            {
              ...{ rule: 'kin-1', score: 4_321, levels: { 'birth-date': 'full', postcode: 'sector' } },
              ...{ record: id('4'), submission: id('5'), individual: undefined },
              verdict: 'score-not-decisive',
            },
          ],
        },
      ],
      ...more,
    },
  ],
});

describe('an explanation on its page', () => {
  let names: ExplanationNames;
  beforeAll(async () => {
    const leap = new URL('../../../../programmes/leap/', import.meta.url).pathname;
    names = new ExplanationNames((await readProgramme(leap)).definition);
  });
  const stepOf = (found: Explanation) => names.viewOf(found).steps[0];

  it('tells the file by its names, who sent it and under which agreement', () => {
    const step = stepOf(explanation([joined]));
    expect(step).toMatchObject({
      title: 'A file came: Baby Steps: people, Q2 2023/24',
      when: '9 October 2023 at 10:30',
    });
    expect(words(step?.sent ?? [])).toBe('Sent by Baby steps team under the agreement baby-steps-2023');
    expect(step?.replay.text).toBe('Made again: the same');
  });

  it('tells of a record the rule, what it met, the weight and the level of each field', () => {
    const item = stepOf(explanation([joined]))?.items[0];
    expect(words(item?.sentence ?? [])).toBe(
      'Record <2> joins individual <a> by the same e-mail address with record <1> (strategy kin-1, match weight 12.34)',
    );
    expect(item?.levels).toEqual([{ field: 'First name', level: 'Exact' }]);
    expect(item?.position).toBe('1,234');
  });

  it('tells who else was considered, why each lost, and who shares the identifiers', () => {
    const item = stepOf(explanation([joined]))?.items[0];
    expect(item?.rivals.map(words)).toEqual([
      'Individual <b>, by the mobile number of record <3>. It lost: the two have different birth dates',
      'A record that belongs to nobody, by comparison with record <4> (match weight 4.32; Birth date: full; Postcode: sector). It lost: the two may be one person, and a person has to decide',
      'And 3 more, which are not listed',
    ]);
    expect(item?.tokens.map(words)).toEqual([
      'the e-mail address: 60 records have it; too many people for it to link anybody',
    ]);
  });

  it.each<[string, object, string]>([
    ['founds', { what: 'registered' }, 'Record <2> is the first of individual <a> (strategy kin-1)'],
    [
      'left',
      { what: 'left', reason: 'replaced', into: undefined },
      'Record <2> leaves: a later file replaces it',
    ],
    [
      'moved',
      { what: 'left', reason: 'child-key', into: id('b') },
      'Record <2> leaves: the same child key. It belongs to individual <b> now',
    ],
    [
      'split',
      { what: 'came-by-split', out: id('b') },
      'Record <2> comes from individual <b>, which is split (strategy kin-1)',
    ],
    [
      'merged',
      { what: 'merged', absorbed: id('b'), through: undefined, rule: 'reviewed' },
      'Individual <b> is merged into <a> by a person’s decision (strategy kin-1)',
    ],
    [
      'referred',
      {
        what: 'referred',
        referral: id('e'),
        reason: 'ambiguous',
        subject: id('2'),
        candidates: [id('3'), id('4')],
      },
      'A person has to decide: record <2> against <3>, <4>, by the same e-mail address, because it could belong to either of several: a person has to choose',
    ],
    [
      'referred for a reason that is not shown',
      { what: 'referred', referral: id('e'), reason: 'not-shown', subject: id('2'), candidates: [id('3')] },
      'A person has to decide: record <2> against <3>, by the same e-mail address, because what decides it is not shown',
    ],
    [
      'lapsed',
      { what: 'referral-lapsed', referral: id('e') },
      'Nobody has to decide about <e> any more: its evidence is gone or settled',
    ],
    ['carried', { what: 'carried', records: [id('2')] }, '1 record stands unchanged'],
    [
      'reviewed',
      { what: 'reviewed', decision: 'LinkForbidden', rows: [], reason: 'seen-together', by: 'officer' },
      'officer decided that two rows are never one person: Seen together',
    ],
    [
      'related',
      { what: 'relationship', kind: 'carer', other: id('b'), domain: 'email' },
      'Child and carer: related to individual <b> by the e-mail address',
    ],
    ['of a family', { what: 'family', scope: 'programme', family: id('f'), joins: true }, 'Joins family <f>'],
    [
      'loses tokens of a carer',
      { what: 'carer-tokens-erased', tokens: 2, basis: 'data-subject-request', by: undefined },
      'Record <2> loses 2 identifiers of a carer who is erased: Data subject request',
    ],
    [
      'erased',
      { what: 'erased', basis: 'data-subject-request', by: 'officer' },
      'Record <2> is erased: Data subject request, asked by officer',
    ],
  ])('tells that something %s', (_, happening, sentence) => {
    const item = stepOf(explanation([{ ...joined, ...happening }]))?.items[0];
    expect(words(item?.sentence ?? []).replace(', from Baby Steps: people, Q2 2023/24', '')).toBe(sentence);
  });

  it('tells what has no body and no erasure', () => {
    const view = names.viewOf({ ...explanation([]), faults: [{ record: id('9'), revision: 7 }] });
    expect(view.faults.map(words)[0]).toContain(
      'What record <9> said, which entered at position 7, is missing',
    );
  });
});
