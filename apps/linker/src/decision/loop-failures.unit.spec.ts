import { ledgerDiffers } from '@kinledger/decisions';
import { describe, expect, it } from 'vitest';
import { LoopFailures } from './loop-failures.js';

const failure = (code: string) => Object.assign(new Error('a failure'), { code });

describe('the failures of the decision loop', () => {
  it.each(['event-id-reused', 'segment-differs'])(
    'halt it when %s occurs a third time at the same position',
    (code) => {
      const failures = new LoopFailures(50);
      failures.reached(7);
      expect([1, 2, 3].map(() => failures.haltBy(failure(code))?.code)).toEqual([
        undefined,
        undefined,
        'ledger-unreadable',
      ]);
    },
  );

  it('are counted anew at another position of the ledger', () => {
    const failures = new LoopFailures(50);
    for (const revision of [7, 7, 8, 8, 9]) {
      failures.reached(revision);
      expect(failures.haltBy(failure('event-id-reused'))).toBeUndefined();
    }
  });

  it('halt it at once if a retry cannot help', () => {
    const differs = ledgerDiffers('programme-small', 3);
    expect(new LoopFailures(50).haltBy(differs)).toBe(differs);
  });

  it('double the pause up to 10 s, but never beyond 1 s for an unreachable store', () => {
    const failures = new LoopFailures(50);
    const pauses = Array.from({ length: 10 }, () => {
      const error = failure('some-failure');
      failures.haltBy(error);
      return failures.pauseAfter(error);
    });
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(failures.pauseAfter(failure('event-store-unreachable'))).toBe(1_000);
  });
});
