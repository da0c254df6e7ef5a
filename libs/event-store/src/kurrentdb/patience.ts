import { setTimeout as pause } from 'node:timers/promises';
import { isPassing } from './kurrent-errors.js';

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
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isPassing(error) || performance.now() >= until) throw error;
      await pause(Math.min(1_000, 25 * 2 ** attempt), undefined, { signal });
    }
  }
}
