import { describe, expect, it } from 'vitest';
import { FileCounts } from './file-counts.js';
import { rowRule } from './finding.js';
import type { RowOutcome } from './row-validator.js';

const countsOf = (...outcomes: RowOutcome[]) => {
  const counts = new FileCounts();
  for (const outcome of outcomes) counts.add({ outcome, values: [], findings: [], caseNumber: null });
  return counts;
};

describe('counts of a file', () => {
  it('add up: read rows are accepted, rejected or duplicate', () => {
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
    expect(countsOf('accepted', 'rejected')).toMatchObject({ rejectedShare: 0.5, rejectedRows: 1 });
    expect(countsOf('accepted', 'not-consented', 'consent-refused').rejectedShare).toBe(0);
    expect(countsOf('not-consented').rejectedShare).toBe(0);
    expect(countsOf().rejectedShare).toBe(0);
  });

  it('leave rows of another time out of the rejected share, and give their own share', () => {
    const counts = countsOf('accepted', 'rejected', 'set-aside', 'set-aside', 'not-consented');
    expect(counts.counts).toMatchObject({ read: 5, rejected: 4 });
    expect(counts.rejectedShare).toBe(0.5);
    expect(counts.setAsideShare).toBe(0.5);
    expect(countsOf('set-aside')).toMatchObject({ rejectedShare: 0, setAsideShare: 1 });
    expect(countsOf().setAsideShare).toBe(0);
  });

  it('include findings on the file as a whole', () => {
    const rule = rowRule('repeated-row', 'warning', '', '');
    const counts = countsOf('accepted');
    counts.addFinding(rule, 0);
    expect(counts.findings).toEqual({});
    counts.addFinding(rule, 3);
    expect(counts.findings).toEqual({ 'repeated-row': 3 });
  });

  it('count findings by rule, not by row', () => {
    const rule = rowRule('repeated-row', 'warning', '', '');
    const counts = new FileCounts();
    const finding = { rule, value: null };
    counts.add({ outcome: 'warned', values: [], findings: [finding, finding], caseNumber: null });
    expect(counts.findings).toEqual({ 'repeated-row': 2 });
  });
});
