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
  it('is lag without movement for as long as was said, and no shorter', () => {
    const watch = new StallWatch(1000);
    const look = (now: number) => watch.look([{ progress: at(7), lag: 3 }], now);
    expect(look(0)).toEqual([]);
    expect(look(999)).toEqual([]);
    expect(look(1000)).toEqual(['t/0 has stood at 7']);
  });

  it('is none while there is nothing to read, and the time begins with the first message that waits', () => {
    const watch = new StallWatch(1000);
    expect(watch.look([{ progress: at(7, { committedMsAgo: 1e9 }), lag: 0 }], 0)).toEqual([]);
    expect(watch.look([{ progress: at(7, { committedMsAgo: 1e9 }), lag: 1 }], 50_000)).toEqual([]);
    expect(watch.look([{ progress: at(7), lag: 1 }], 50_999)).toEqual([]);
    expect(watch.look([{ progress: at(7), lag: 1 }], 51_000)).toHaveLength(1);
  });

  it('is over when it moves', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7), lag: 9 }], 2000)).toHaveLength(1);
    expect(watch.look([{ progress: at(8), lag: 9 }], 2001)).toEqual([]);
    expect(watch.look([{ progress: at(8), lag: 9 }], 2900)).toEqual([]);
  });

  it('is none where failures are told: a new process would not mend them', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7, { failedMsAgo: 10 }), lag: 9 }], 5000)).toEqual([]);
    expect(watch.look([{ progress: at(7, { failedMsAgo: 1000 }), lag: 9 }], 6000)).toHaveLength(1);
  });

  it('is one where a batch stays in hand for ever', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7, { handling: true }), lag: 9 }], 0);
    expect(watch.look([{ progress: at(7, { handling: true }), lag: 9 }], 1000)).toHaveLength(1);
  });

  it('begins anew with a partition that went and came back', () => {
    const watch = new StallWatch(1000);
    watch.look([{ progress: at(7), lag: 9 }], 0);
    watch.look([], 500);
    expect(watch.look([{ progress: at(7), lag: 9 }], 1000)).toEqual([]);
  });

  it('is also a member that the bus has not heard of, if nobody was told why', () => {
    const member = { attendedMsAgo: 1000, failedMsAgo: undefined, partitions: [] };
    expect(isForgotten(member, 1000)).toBe(true);
    expect(isForgotten({ ...member, attendedMsAgo: 999 }, 1000)).toBe(false);
    expect(isForgotten({ ...member, failedMsAgo: 20 }, 1000)).toBe(false);
  });
});
