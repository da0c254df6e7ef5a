import { assessLinkage, type DecoyCount } from '@kinledger/linkage-quality';
import { describe, expect, it } from 'vitest';
import { estimateReach } from './bounded-reach.js';
import { describeBounds, describeDecoys, describeReviewed } from './describe-estimates.js';

const decoys: DecoyCount = {
  ...{ decoys: 100, linked: 2, referred: 30, share: 0.02 },
  interval: { low: 0.0055, high: 0.07 },
};
const few: DecoyCount = { ...decoys, decoys: 3, linked: 1, referred: 0, share: 1 / 3 };
const anything = { low: 0, high: 1 };
const errors = { falseLinks: anything, missedLinks: anything };
const judged = (people: number) =>
  assessLinkage(
    Array.from({ length: people * 2 }, (_, index) => ({
      ...{ person: `p${index % people}`, individual: `i${index % people}` },
    })),
  ).quality;

describe('what is known without a truth', () => {
  it('shows how many decoys were linked, and no shares of fewer than ten', () => {
    const text = describeDecoys({
      ...{ strategy: 'leap-1', records: 14_573, errors: { children: errors, adults: errors } },
      decoys: { all: decoys, byRole: { adult: decoys, volunteer: few } },
      heldOut: { all: judged(20), child: judged(20), adult: judged(4) },
    });
    expect(text).toMatch(/adult +100 +2 +30 +2\.00 % \(0\.55 to 7\.00\)/);
    expect(text).toMatch(/volunteer +fewer than 10\n/);
    expect(text).toMatch(/child +20 +40 +0\.00 % /);
    expect(text).toMatch(/adult +fewer than 10\n?/);
  });

  it('shows what people decided, by stratum and for all', () => {
    const stratum = { stratum: 'email', links: 256, sampled: 22, same: 19, different: 1, undecided: 2 };
    const text = describeReviewed({
      strata: [stratum],
      falseLinks: { value: 0.05, interval: { low: 0.01, high: 0.24 } },
    });
    expect(text).toMatch(/email +256 +22 +19 +1 +2/);
    expect(text).toContain('weighted by stratum: 5.00 % (1.00 to 24.00)');
  });

  it('bounds people by rates, and families by what rows relate', () => {
    const counts = { counted: 256, cases: 265, unlinkable: 27, referred: 1 };
    const cases = { ...counts, identified: { counted: 256, cases: 265 } };
    const known = { falseLinks: { low: 0, high: 0.1 }, missedLinks: { low: 0, high: 0.25 } };
    const text = describeBounds(
      '2023-24-Q4',
      estimateReach(
        { children: cases, adults: cases, families: { ...cases, counted: 180, unknown: 7, related: 120 } },
        { children: known, adults: known },
      ),
    );
    expect(text).toMatch(/children +256 +253 +285 +265 +27 +1/);
    // 256 + 0.1 × 9, and 28 more; each of 29 children and 29 adults may be a family of its own.
    expect(text).toContain('Of families 180 were counted, and 7 people without an identifier');
    expect(text).toContain('There are at most 245,');
    expect(text).toContain(
      'at least the 120 of two people or more, if families that rows show in two parts, beyond one each, are no more than',
    );
  });
});
