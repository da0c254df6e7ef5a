import { describe, expect, it } from 'vitest';
import type { Reproduction, Restatement } from '../api/recounts.js';
import { restatementText } from './compare.command.js';
import { requireAtWork } from './linker-at-work.js';
import { reproductionText } from './reproduce.command.js';
import { withdrawnText } from './withdraw.command.js';

const cell = { figure: 'reach', scope: 'programme', dimensions: [], column: 'children' };

describe('what a reproduction found', () => {
  const identical: Reproduction = {
    ...{
      period: '2023-24-Q2',
      edition: 1,
      closing: 1412,
      published: 1413,
      outcome: 'identical',
      kept: 'stand',
    },
    ...{ digest: 'aa', recountedDigest: 'aa', erasures: { records: 0, individuals: 0 } },
    ...{ differences: [], changedSince: [], seconds: 2.34 },
  };

  it('is one sentence and two digests where it is identical', () => {
    expect(reproductionText(identical)).toBe(
      [
        '2023-24-Q2, edition 1, computed again up to ledger position 1,412 in 2.3 s: identical, byte for byte; the full figures are those that the ledger commits to.',
        '  as closed   aa',
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
    expect(text).toContain('2 records of 1 individuals were erased since. The figures of the closing stand');
    expect(text).toMatch(/reach +programme +children +1,205 +1,204 +-1 +1$/m);
  });
});

describe('a restatement', () => {
  const restatement: Restatement = {
    ...{ period: '2023-24-Q2', edition: 2, then: 1412, now: 2000, basis: 'published', counts: 4, seconds: 1 },
    cells: [{ ...cell, then: 1205, now: 1210, changes: { 'late-data': 7, merge: -2 } }],
    shown: [{ ...cell, then: 1205, now: 1210, changes: { 'late-data': null, merge: null } }],
  };

  it('has a column for each cause that changed something, and the causes add up', () => {
    const text = restatementText(restatement, 'programme', false);
    expect(text).toMatch(/Then +Late data +Merges +Now$/m);
    expect(text).toMatch(/reach +programme +children +1,205 +\+7 +-2 +1,210$/m);
    expect(text).not.toContain('Erasures');
  });

  it('suppresses changes after disclosure control, and says that it is not for publication all the same', () => {
    const text = restatementText(restatement, 'programme', true);
    expect(text).toMatch(/1,205 +\[c\] +\[c\] +1,210$/m);
    for (const each of [text, restatementText(restatement, 'programme', false)])
      expect(each).toMatch(
        /after disclosure control, each count by itself; nobody audits it: not for publication\.$/,
      );
  });

  it('names the edition whose closing it begins at, and says published of none', () => {
    const text = restatementText(restatement, 'programme', false);
    expect(text).toMatch(/^2023-24-Q2 from ledger position 1,412 \(as edition 2 closed\) to 2,000\./);
    const recounted = { ...restatement, edition: null, basis: 'recounted' as const };
    expect(restatementText(recounted, 'programme', false)).toContain('1,412 (counted again)');
  });

  it('says that nothing changed in a scope without a change', () => {
    expect(restatementText(restatement, 'service:baby-steps', false)).toContain('Nothing changed.');
  });
});

describe('a withdrawal', () => {
  it('advises an edition behind the last, which may be closed and not published', () => {
    expect(withdrawnText({ period: '2023-24-Q2', edition: 2 }, 1500, 3)).toBe(
      [
        '2023-24-Q2, edition 2, is withdrawn at ledger position 1,500: readers see none of its figures.',
        '"kinledger quarter close 2023-24-Q2 --edition 4" counts it again; what left before stays known.',
      ].join('\n'),
    );
  });
});

describe('a command about quarters', () => {
  it('is not carried out while the linker has halted, whichever it is, and says why', async () => {
    const linker = (halt?: { readonly code: string; readonly message: string }) =>
      ({ status: () => Promise.resolve({ halt }) }) as unknown as Parameters<typeof requireAtWork>[0];
    await expect(requireAtWork(linker({ code: 'x', message: 'the ledger diverges' }))).rejects.toThrow(
      'asked for, but not carried out yet: the linker has halted: the ledger diverges',
    );
    await expect(requireAtWork(linker())).resolves.toBeUndefined();
  });
});
