import { setTimeout as pause } from 'node:timers/promises';
import { BackOff } from '@kinledger/waiting';
import { isPassing } from './kurrent-errors.js';

const PAUSES = { firstMs: 25, longestMs: 1_000 };

export interface Patience {
  /** How long a server that is away is waited for. */
  readonly ms: number;
  readonly signal: AbortSignal;
}

/**
 * Does the work again for as long as what hinders it is passing and the patience lasts. `attempt` counts from 0.
 * @throws what the work throws for good; the last passing error once the patience is over; when the signal aborts.
 */
export async function patiently<T>(
  { ms, signal }: Patience,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  const until = performance.now() + ms;
  const backOff = new BackOff(PAUSES);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isPassing(error) || performance.now() >= until) throw error;
      await pause(backOff.failed(), undefined, { signal });
    }
  }
}
