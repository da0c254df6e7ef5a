import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from './pace.js';

const rate = { bytesPerSecond: 1000, patienceMs: 10_000 };
const never = new AbortController().signal;
const after = (ms: number) => new Promise<object>((resolve) => setTimeout(() => resolve({}), ms));

describe('the pace of a sender', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Sends pieces of this many bytes at this interval, and returns how many were accepted. */
  async function taken(pieces: number, bytes: number, everyMs: number, pace = new Pace(rate)) {
    for (let piece = 0; piece < pieces; piece += 1) {
      const arrival = pace.waitFor(after(everyMs), never);
      await vi.advanceTimersByTimeAsync(everyMs);
      if ((await arrival) === false) return piece;
      pace.received(bytes);
    }
    return pieces;
  }

  it('is kept while the minimum rate is kept', async () => {
    expect(await taken(1000, 1000, 1000)).toBe(1000);
  });

  it('is lost at half the rate, once the sender is behind by the patience', async () => {
    expect(await taken(1000, 500, 1000)).toBe(19);
  });

  it('is lost with an occasional single byte', async () => {
    expect(await taken(1000, 1, 1000)).toBe(10);
  });

  it('is lost by silence, however much was sent before', async () => {
    const pace = new Pace(rate);
    expect(await taken(100, 1_000_000, 100, pace)).toBe(100);
    expect(await taken(1, 1, 10_500, pace)).toBe(0);
  });

  it('is kept over a silence that is made up for', async () => {
    const pace = new Pace(rate);
    for (let round = 0; round < 10; round += 1) expect(await taken(1, 9_000, 9_000, pace)).toBe(1);
  });

  it('is not waited for once the service stops', async () => {
    const stop = new AbortController();
    const arrival = new Pace(rate).waitFor(after(1_000), stop.signal);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1);
    expect(await arrival).toBe(false);
  });
});
