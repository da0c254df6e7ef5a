import { describe, expect, it } from 'vitest';
import type { Reproduction, Restatement } from '../api/recounts.js';
import { restatementText } from './compare.command.js';
import { reproductionText } from './reproduce.command.js';

const cell = { figure: 'reach', scope: 'programme', dimensions: [], column: 'children' };

describe('what a reproduction found', () => {
  const identical: Reproduction = {
    ...{ period: '2023-24-Q2', closing: 1412, published: 1413, outcome: 'identical', kept: 'stand' },
    ...{ digest: 'aa', recountedDigest: 'aa', erasures: { records: 0, individuals: 0 } },
    ...{ differences: [], changedSince: [], seconds: 2.34 },
  };

  it('is one sentence and two digests where it is identical', () => {
    expect(reproductionText(identical)).toBe(
      [
        '2023-24-Q2, computed again up to ledger position 1,412 in 2.3 s: identical, byte for byte; the full figures are those that the ledger commits to.',
        '  published   aa',
        '  recounted   aa',
      ].join('\n'),
    );
  });

  it('names every count that differs after an erasure, and how much that can have changed it at most', () => {
    const text = reproductionText({
      ...identical,
      ...{ outcome: 'erased', recountedDigest: 'bb', erasures: { records: 2, individuals: 1 } },
      differences: [{ ...cell, before: 1205, after: 1204, bound: 1 }],
    });
    expect(text).toContain('2 records of 1 individuals were erased since. The published figures stand');
    expect(text).toMatch(/reach +programme +children +1,205 +1,204 +-1 +1$/m);
  });
});

describe('a restatement', () => {
  const restatement: Restatement = {
    ...{ period: '2023-24-Q2', then: 1412, now: 2000, basis: 'published', counts: 4, seconds: 1 },
    cells: [{ ...cell, then: 1205, now: 1210, changes: { 'late-data': 7, merge: -2 } }],
    shown: [{ ...cell, then: 1205, now: 1210, changes: { 'late-data': null, merge: null } }],
  };

  it('has a column for each cause that changed something, and the causes add up', () => {
    const text = restatementText(restatement, 'programme', false);
    expect(text).toMatch(/Then +Late data +Merges +Now$/m);
    expect(text).toMatch(/reach +programme +children +1,205 +\+7 +-2 +1,210$/m);
    expect(text).not.toContain('Erasures');
  });

  it('shows what may be given away with suppressed changes', () => {
    expect(restatementText(restatement, 'programme', true)).toMatch(/1,205 +\[c\] +\[c\] +1,210$/m);
  });

  it('says that nothing changed in a scope without a change', () => {
    expect(restatementText(restatement, 'service:baby-steps', false)).toContain('Nothing changed.');
  });
});
