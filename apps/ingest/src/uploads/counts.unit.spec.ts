import { describe, expect, it } from 'vitest';
import { rowRule } from '../validation/finding.js';
import type { RowOutcome } from '../validation/row-validator.js';
import { FileCounts } from './counts.js';

const countsOf = (...outcomes: RowOutcome[]) => {
  const counts = new FileCounts();
  for (const outcome of outcomes) counts.add({ outcome, values: [], findings: [], caseNumber: null });
  return counts;
};

describe('counts of a file', () => {
  it('add up: read is accepted, rejected and duplicate rows', () => {
    const { counts } = countsOf(
      'accepted',
      'warned',
      'rejected',
      'not-consented',
      'consent-refused',
      'duplicate',
      'blank',
    );
    expect(counts).toEqual({
      read: 6,
      accepted: 2,
      warned: 1,
      rejected: 3,
      duplicate: 1,
      consentRefused: 1,
    });
  });

  it('leave rows without consent out of the rejected share', () => {
    expect(countsOf('accepted', 'rejected').rejectedShare).toBe(0.5);
    expect(countsOf('accepted', 'not-consented', 'consent-refused').rejectedShare).toBe(0);
    expect(countsOf('not-consented').rejectedShare).toBe(0);
    expect(countsOf().rejectedShare).toBe(0);
  });

  it('count findings by rule, not by row', () => {
    const rule = rowRule('repeated-row', 'warning', '', '');
    const counts = new FileCounts();
    const finding = { rule, value: null };
    counts.add({ outcome: 'warned', values: [], findings: [finding, finding], caseNumber: null });
    expect(counts.findings).toEqual({ 'repeated-row': 2 });
  });
});
