import type { IndividualId, RecordId, SubmissionId } from '@kinledger/contracts';
import { NOT_SHOWN, type Explanation, type Step } from '@kinledger/decisions';
import { describe, expect, it } from 'vitest';
import { describeExplanation } from './describe-explanation.js';

const id = (digit: string) => digit.repeat(32);
const [first, second, rival] = ['1', '2', '3'].map((digit) => id(digit) as RecordId) as [
  RecordId,
  RecordId,
  RecordId,
];
const individual = id('a') as IndividualId;
const submission = id('5') as SubmissionId;
const caused: Step['caused'] = {
  ...{ cause: 'file-2', time: '2023-10-09T09:30:00Z', kind: 'file', command: undefined, by: 'officer' },
  ...{ organisation: undefined, reason: undefined, submission },
};
const joined: Step['happened'][number] = {
  ...{ position: 7, event: 'RecordsPlaced', what: 'joined', record: second, individual, ordinal: 0 },
  ...{
    strategy: 'leap-1',
    rule: 'child-key',
    through: first,
    score: undefined,
    levels: undefined,
    submission,
  },
};
const step: Step = {
  ...{ from: 5, to: 9, type: 'SubmissionLinked', caused, happened: [joined], replay: 'equal' },
  considered: [
    {
      ...{ record: second, rowKey: id('c') as never, more: 2 },
      tokens: [
        { rule: 'child-key', hasForce: true, isUsable: true, holders: 2 },
        { rule: 'email', hasForce: false, isUsable: true, holders: 60 },
      ],
      rivals: [
        {
          rule: 'email',
          record: rival,
          submission,
          individual: id('b') as IndividualId,
          verdict: 'birth-dates-differ',
        },
      ],
    },
  ],
};
const explanation: Explanation = {
  ...{ stream: 'programme-leap', asAt: 12, individual, record: second, absorbed: [id('d') as IndividualId] },
  ...{ records: [first, second], steps: [step], faults: [] },
  submissions: [
    {
      ...{ submission, dataset: 'baby-steps.user', period: '2023-24-Q2', provider: 'baby-steps-team' },
      ...{ agreement: 'baby-steps-2023', attestedBy: 'officer', onBehalfOf: 'trust' },
    },
  ],
};
const withSteps = (...steps: readonly Step[]) => describeExplanation({ ...explanation, steps });

describe('an explanation, for people', () => {
  it('says who was asked about, what forwards to it, and what is always left out', () => {
    const text = describeExplanation(explanation);
    expect(text).toContain(`Record ${second} belongs to individual ${individual}.`);
    expect(text).toContain('as at position 12: 2 records in 1 decision.');
    expect(text).toContain(`${id('d')} was merged into it`);
    expect(text).toContain('Records of sensitive datasets are left out of every explanation');
  });

  it('tells of a record the rule, the record that it met, the strategy, the file, the agreement and who attested it', () => {
    const text = withSteps(step);
    expect(text).toContain('Positions 5 to 9, 2023-10-09T09:30:00Z');
    expect(text).toContain(
      'under agreement baby-steps-2023), attested by officer on behalf of trust (message file-2)',
    );
    expect(text).toContain('made again: equal');
    expect(text).toContain(
      `7  record ${second} joins ${individual} by child-key, through record ${first}, strategy leap-1`,
    );
  });

  it('tells of a record that joined through one that is withheld that the link is not shown', () => {
    const told = { ...joined, rule: NOT_SHOWN, through: undefined };
    expect(withSteps({ ...step, happened: [told] })).toContain(
      `7  record ${second} joins ${individual} by a link that is not shown, strategy leap-1`,
    );
  });

  it('tells what else was considered, and why it lost', () => {
    const text = withSteps(step);
    expect(text).toContain(
      'its tokens: child-key (2 records have it); email (60 records have it, without force)',
    );
    expect(text).toContain(`considered: individual ${id('b')} through record ${rival} by email, which lost`);
    expect(text).toContain('the two have different birth dates');
    expect(text).toContain('considered: and 2 more');
  });

  it('tells of a rival that comparison found the score and the level of each field', () => {
    const found = step.considered.map((considered) => ({
      ...considered,
      rivals: considered.rivals.map((one) => ({
        ...one,
        ...{ rule: 'kin-1', score: 4_321, levels: { 'birth-date': 'full', postcode: 'sector' } },
        verdict: 'score-not-decisive' as const,
      })),
    }));
    expect(withSteps({ ...step, considered: found })).toContain(
      `through record ${rival} by kin-1, 4.321 bits, levels birth-date full, postcode sector, which lost: the two may be one person`,
    );
  });

  it('tells of many sessions of one file in one line', () => {
    const sessions = ['6', '7', '8'].map((digit) => ({ ...joined, record: id(digit) as RecordId }));
    const text = withSteps({ ...step, happened: sessions, considered: [] });
    expect(text).toContain(
      `7  3 records join ${individual} by child-key, strategy leap-1 (in baby-steps.user, 2023-24-Q2`,
    );
    expect(text).not.toContain(id('7'));
  });

  it('tells who asked for a command, and why', () => {
    const asked = {
      ...caused,
      kind: 'command' as const,
      command: 'withdraw-1',
      by: 'officer',
      organisation: 'trust',
      reason: 'wrong-quarter',
    };
    const left = {
      position: 8,
      event: 'RecordsRetired',
      what: 'left',
      record: second,
      reason: 'withdrawn',
    } as const;
    const text = withSteps({
      ...step,
      caused: asked,
      happened: [{ ...left, into: undefined }],
      considered: [],
    });
    expect(text).toContain(
      'command withdraw-1, by officer for trust, because wrong-quarter, about submission',
    );
    expect(text).toContain(`8  record ${second} leaves: withdrawn`);
  });

  it('says loudly where a decision does not come out the same', () => {
    expect(withSteps({ ...step, replay: 'diverged' })).toContain('IT DIVERGES');
    expect(withSteps({ ...step, replay: 'not-decidable' })).toContain(
      'not decidable, since bodies are erased',
    );
  });
});
