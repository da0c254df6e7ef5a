import type { Caller } from '@kinledger/service-kit';
import { describe, expect, it } from 'vitest';
import type { Recount } from './recounts.js';
import { recountFor } from './shown-recount.js';

const caller = (...roles: Caller['roles']): Caller => ({ person: 'somebody', roles });
const recount = (kind: Recount['kind'], result: object | null, reason: string | null = null): Recount => ({
  ...{
    id: '0'.repeat(32),
    ...{ kind, edition: 1 },
    period: '2023-24-Q2',
    askedBy: 'data-team',
    startedAt: '2024-01-01T00:00:00Z',
  },
  ...{ state: result === null ? 'failed' : 'done', position: 9, head: 9, result, reason },
});
const restatement = recount('restatement', { then: 1, now: 9, cells: [{ then: 3 }] });
const reproduction = recount('reproduction', {
  ...{ outcome: 'erased', digest: 'a', erasures: { records: 1, individuals: 1 } },
  differences: [{ before: 3, after: 2 }],
});

describe('a recount', () => {
  it.each(['data-team', 'operator', 'auditor'] as const)('has exact counts for the role %s', (role) => {
    expect(recountFor(caller(role), restatement)).toBe(restatement);
    expect(recountFor(caller(role), reproduction)).toBe(reproduction);
  });

  it('has for a reader no count: of a reproduction whether it came out the same, and no restatement', () => {
    expect(() => recountFor(caller('reader'), restatement)).toThrow(
      expect.objectContaining({ status: 403, code: 'not-allowed' }) as Error,
    );
    expect(recountFor(caller('reader'), reproduction).result).toEqual({ outcome: 'erased', digest: 'a' });
  });

  it('has for a reader no text of an error', () => {
    const failed = recount('reproduction', null, 'a count of 3 is odd');
    expect(recountFor(caller('reader'), failed).reason).toBe('It failed.');
    expect(recountFor(caller('reader', 'data-team'), failed).reason).toBe('a count of 3 is odd');
  });
});
