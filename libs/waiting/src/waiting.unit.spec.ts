import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackOff, pauseAfter } from './back-off.js';
import { pauseUnlessAborted } from './pause.js';
import { singleFlight } from './single-flight.js';
import { WakeUp } from './wake-up.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Whether a promise has resolved when everything that was due has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await vi.advanceTimersByTimeAsync(0);
  return done;
}

describe('a back-off', () => {
  it('doubles from the first pause to the longest, and begins again after a success', () => {
    const backOff = new BackOff({ firstMs: 50, longestMs: 300 });
    expect([1, 2, 3, 4, 5].map(() => backOff.failed())).toEqual([50, 100, 200, 300, 300]);
    backOff.reset();
    expect(backOff.failed()).toBe(50);
  });

  it('never shrinks with a further failure, and never leaves its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (failures, firstMs, factor) => {
          const settings = { firstMs, longestMs: firstMs * factor };
          const pause = pauseAfter(failures, settings);
          expect(pause).toBeGreaterThanOrEqual(firstMs);
          expect(pause).toBeLessThanOrEqual(settings.longestMs);
          expect(pauseAfter(failures + 1, settings)).toBeGreaterThanOrEqual(pause);
        },
      ),
    );
  });
});

describe('a pause', () => {
  it('ends after its time', async () => {
    const pause = pauseUnlessAborted(100, new AbortController().signal);
    await vi.advanceTimersByTimeAsync(99);
    expect(await settled(pause)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled(pause)).toBe(true);
  });

  it('ends without an error when the signal aborts, and at once where it had', async () => {
    const stop = new AbortController();
    const pause = pauseUnlessAborted(60_000, stop.signal);
    expect(await settled(pause)).toBe(false);
    stop.abort();
    expect(await settled(pause)).toBe(true);
    expect(await settled(pauseUnlessAborted(60_000, stop.signal))).toBe(true);
  });
});

describe('a wake-up', () => {
  it('ends a wait when it is called', async () => {
    const wakeUp = new WakeUp();
    const wait = wakeUp.wait();
    expect(await settled(wait)).toBe(false);
    wakeUp.call();
    expect(await settled(wait)).toBe(true);
  });

  it('keeps a call that comes before the wait, and answers several with one', async () => {
    const wakeUp = new WakeUp();
    wakeUp.call();
    wakeUp.call();
    expect(await settled(wakeUp.wait())).toBe(true);
    expect(await settled(wakeUp.wait())).toBe(false);
  });

  it('forgets the calls before it is told to be quiet, and none after', async () => {
    const wakeUp = new WakeUp();
    wakeUp.call();
    wakeUp.quiet();
    const wait = wakeUp.wait();
    expect(await settled(wait)).toBe(false);
    wakeUp.call();
    expect(await settled(wait)).toBe(true);
  });

  it('ends every wait of loops that share it, for each by what it has seen', async () => {
    const wakeUp = new WakeUp();
    const seen = wakeUp.count;
    const [first, second] = [wakeUp.after(seen), wakeUp.after(seen)];
    wakeUp.call();
    expect([await settled(first), await settled(second)]).toEqual([true, true]);
    expect(await settled(wakeUp.after(seen))).toBe(true);
    expect(await settled(wakeUp.after(wakeUp.count))).toBe(false);
  });

  it('ends a wait after its time, and when the signal aborts', async () => {
    const wakeUp = new WakeUp();
    const stop = new AbortController();
    const [timed, aborted] = [wakeUp.wait({ ms: 10 }), wakeUp.wait({ ms: 60_000, signal: stop.signal })];
    await vi.advanceTimersByTimeAsync(10);
    expect([await settled(timed), await settled(aborted)]).toEqual([true, false]);
    stop.abort();
    expect(await settled(aborted)).toBe(true);
    expect(await settled(wakeUp.wait({ signal: stop.signal }))).toBe(true);
  });

  it('leaves no timer and no listener behind', async () => {
    const wakeUp = new WakeUp();
    const stop = new AbortController();
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    const wait = wakeUp.wait({ ms: 60_000, signal: stop.signal });
    wakeUp.call();
    await wait;
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledOnce();
  });
});

describe('a shared call', () => {
  it('is made once for all who ask while it is under way, and again afterwards', async () => {
    const ask = vi.fn(() => Promise.resolve(1));
    const one = singleFlight(ask);
    expect(await Promise.all([one(), one()])).toEqual([1, 1]);
    expect(ask).toHaveBeenCalledTimes(1);
    await one();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('fails for all of them, and may be made again', async () => {
    const one = singleFlight(vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(2));
    await expect(Promise.all([one(), one()])).rejects.toThrow('away');
    expect(await one()).toBe(2);
  });
});
