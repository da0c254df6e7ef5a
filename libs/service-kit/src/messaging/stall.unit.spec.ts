import type { PartitionProgress } from '@kinledger/message-bus';
import { describe, expect, it } from 'vitest';
import { isForgotten, StallWatch } from './stall.js';

const at = (next: number, rest: Partial<PartitionProgress> = {}): PartitionProgress => ({
  topic: 't',
  partition: 0,
  next,
  handling: false,
  polledMsAgo: 0,
  committedMsAgo: 0,
  failedMsAgo: undefined,
  ...rest,
});

describe('a stall', () => {
  it('is lag without progress for the configured time, and no shorter', () => {
    const watch = new StallWatch(1000);
    const look = (now: number) => watch.look([{ progress: at(7), lag: 3 }], now);
    expect(look(0)).toEqual([]);
    expect(look(999)).toEqual([]);
    expect(look(1000)).toEqual(['t/0 has stalled at 7']);
  });

  it('is not reported while there is nothing to read; its time begins with the first waiting message', () => {
    const watch = new StallWatch(1000);
    expect(watch.look([{ progress: at(7, { committedMsAgo: 1e9 }), lag: 0 }], 0)).toEqual([]);
    expect(watch.look([{ progress: at(7, { committedMsAgo: 1e9 }), lag: 1 }], 50_000)).toEqual([]);
    expect(watch.look([{ progress: at(7), lag: 1 }], 50_999)).toEqual([]);
    expect(watch.look([{ progress: at(7), lag: 1 }], 51_000)).toHaveLength(1);
  });

  it('ends when the consumer progresses', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7), lag: 9 }], 2000)).toHaveLength(1);
    expect(watch.look([{ progress: at(8), lag: 9 }], 2001)).toEqual([]);
    expect(watch.look([{ progress: at(8), lag: 9 }], 2900)).toEqual([]);
  });

  it('is not reported while failures are: a restart would not fix those', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7, { failedMsAgo: 10 }), lag: 9 }], 5000)).toEqual([]);
    expect(watch.look([{ progress: at(7, { failedMsAgo: 1000 }), lag: 9 }], 6000)).toHaveLength(1);
  });

  it('is reported if a batch never finishes', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7, { handling: true }), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7, { handling: true }), lag: 9 }], 1000)).toHaveLength(1);
  });

  it('is timed anew for a partition that was lost and regained', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    watch.look([], 500);
    expect(watch.look([{ progress: at(7), lag: 9 }], 1000)).toEqual([]);
  });

  it('is also reported for a member that has lost contact with the bus without a reported reason', () => {
    const member = { attendedMsAgo: 1000, failedMsAgo: undefined, partitions: [] };
    expect(isForgotten(member, 1000)).toBe(true);
    expect(isForgotten({ ...member, attendedMsAgo: 999 }, 1000)).toBe(false);
    expect(isForgotten({ ...member, failedMsAgo: 20 }, 1000)).toBe(false);
  });
});
