import { describe, expect, it } from 'vitest';
import { decisionsText, effectText, examinationText, queueText } from './describe-review.js';

const row = (record: string) => ({
  ...{ record, dataset: 'baby-steps.user', provider: 'baby-steps-team', period: '2023-24-Q2', role: 'adult' },
});
const nothing = { quarters: [] };
const merging = {
  quarters: [
    {
      ...{ period: '2023-24-Q2', isClosed: true },
      changes: [
        {
          ...{ figure: 'reach', scope: 'programme', dimensions: [], column: 'adults' },
          ...{ before: 1200, after: 1199 },
        },
      ],
    },
  ],
};

describe('what the command line says of reviews', () => {
  it('is how much waits, what is hidden, and how often two reviewers agree', () => {
    const agreement = { pairs: 50, agreed: 35, share: 0.7, kappa: 0.4 };
    const text = queueText({ waiting: 1, hidden: 2, oldest: '2023-10-09T08:00:00Z', agreement, pairs: [] });
    expect(text).toContain('Pairs that wait: 1, the oldest since 2023-10-09T08:00:00Z.');
    expect(text).toContain('Never shown, because a service is sensitive: 2.');
    expect(text).toContain('Two reviewers agreed about 35 of 50 pairs; Cohen’s kappa 0.40.');
  });

  it('is the effect of an answer on each quarter, or that nothing changes', () => {
    expect(effectText('the same person', merging)).toMatch(
      /^If they are the same person:\n[^]*2023-24-Q2 \(closed\) +reach +programme +adults +1,200 +1,199/,
    );
    expect(effectText('different people', nothing)).toBe(
      'If they are different people: no count of any quarter changes.',
    );
  });

  it('is what agrees, differs and is missing, for each candidate of a referral', () => {
    const kinds = [
      { kind: 'email', subject: 1, candidate: 1, shared: 1 },
      { kind: 'birth-date', subject: 1, candidate: 1, shared: 0 },
      { kind: 'nhs-number', subject: 0, candidate: 1, shared: 0 },
      { kind: 'mobile', subject: 2, candidate: 1, shared: 1 },
    ];
    const text = examinationText({
      ...{ asAt: 12, referral: 'r', reason: 'birth-dates-differ', rule: 'email', subject: row('s'), more: 3 },
      pairs: [
        {
          candidate: row('c'),
          comparison: { kinds, records: { subject: 1, candidate: 1 } },
          effects: { same: merging, different: nothing },
        },
      ],
    });
    expect(text).toMatch(
      /email +agrees [^]*birth-date +differs [^]*nhs-number +missing [^]*mobile +agrees in part /,
    );
    expect(text).toContain('3 more candidates are shown once these are decided.');
  });

  it('is how the strategy weighs a pair, and how near a rival comes', () => {
    const weights = {
      ...{ model: 'f', start: -9_000, score: 3_000, classes: [] },
      fields: [
        { field: 'birth-date', level: 'full', weight: 12_000 },
        { field: 'surname', level: 'missing', missing: 'both' as const, weight: 0 },
      ],
    };
    const text = examinationText({
      ...{ asAt: 12, referral: 'r', reason: 'ambiguous', rule: 'kin-1', subject: row('s'), more: 0 },
      pairs: [
        {
          candidate: row('c'),
          comparison: { kinds: [], records: { subject: 1, candidate: 1 } },
          weighed: {
            ...{ weights, bands: { review: 4_000, link: 7_000, margin: 3_000 }, rival: { score: 1_000 } },
            conditions: [{ condition: 'score', outcome: 'failed' }],
          },
          effects: { same: nothing, different: nothing },
        },
      ],
    });
    expect(text).toMatch(
      /start[^]*−9\.000[^]*birth-date +full +\+12\.000[^]*surname +missing on both records[^]*score +\+3\.000/,
    );
    expect(text).toContain('score did not hold');
    expect(text).toContain('the nearest rival scores 1.000 bits: a margin of 2.000');
  });

  it('is who decided what and why, and whether it stands', () => {
    const decision = {
      ...{
        position: 9,
        kind: 'decision' as const,
        answer: 'different' as const,
        subject: 's',
        candidate: 'c',
      },
      ...{ reason: 'twins', by: 'ada', at: '2023-10-09T08:00:00Z', stands: true },
    };
    expect(decisionsText([decision])).toMatch(
      /9 +2023-10-09T08:00:00Z +different +ada +twins +s +c +in force/,
    );
    expect(decisionsText([])).toBe('Nothing was decided yet.');
  });
});
