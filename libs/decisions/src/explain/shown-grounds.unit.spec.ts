import type { RecordId } from '@kinledger/contracts';
import type { MetByToken } from '@kinledger/domain';
import { describe, expect, it, vi } from 'vitest';
import { shownGroundBetween } from './shown-grounds.js';

const recordAt = (at: number) => at.toString(16).padStart(32, '0') as RecordId;

describe('the ground between records that came and others', () => {
  it('is an identifier of any record that came, however many there are, and relates few pairs', () => {
    const came = Array.from({ length: 500 }, (_, at) => recordAt(at));
    const others = Array.from({ length: 500 }, (_, at) => recordAt(1_000 + at));
    const relate = vi.fn(() => undefined);
    const holds = (by: RecordId | undefined) => ({
      ...{ relate, consider: () => undefined, individualOf: () => undefined },
      metByToken: (
        record: RecordId,
        _: unknown,
        isMeant: (record: RecordId) => boolean = () => true,
      ): MetByToken | undefined =>
        [came[0], others[7]]
          .flatMap((one) => (record === by && one !== undefined && isMeant(one) ? [one] : []))
          .map((one) => ({ rule: 'email', record: one }))[0],
    });
    expect(shownGroundBetween(came, others, holds(came[499]), () => true)).toEqual({
      rule: 'email',
      through: others[7],
    });
    expect(shownGroundBetween(came, others, holds(undefined), () => true)).toEqual({ rule: 'not-shown' });
    expect(relate.mock.calls.length).toBeLessThanOrEqual(20);
  });
});
