import { setTimeout as pause } from 'node:timers/promises';
import { BackOff } from '@kinledger/waiting';
import { isTransient } from './kurrent-errors.js';

const PAUSES = { firstMs: 25, longestMs: 1_000 };

export interface Patience {
  /** How long to wait for an unavailable server. */
  readonly ms: number;
  readonly signal: AbortSignal;
}

/**
 * Repeats the work while it fails with transient errors and the time is not up. `attempt` counts from 0.
 * @throws a permanent error of the work; the last transient one once the time is up; an AbortError when the signal
 * aborts.
 */
export async function retryWhileTransient<T>(
  { ms, signal }: Patience,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  const until = performance.now() + ms;
  const backOff = new BackOff(PAUSES);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isTransient(error) || performance.now() >= until) throw error;
      await pause(backOff.failed(), undefined, { signal });
    }
  }
}
