import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const problem = z.object({ type: z.literal('urn:kinledger:problem:read-models-missing') });

const BETWEEN_LOOKS_MS = 100;
const MIN_ANSWER_MS = 1_000;

/**
 * Resolves with true once the reporting API has read models to answer from: the projector of a new home makes them after
 * it has started. Resolves with false after about so many milliseconds, for instance while the event
 * store is away or nothing answers.
 * @throws the signal's reason if it aborts.
 */
export async function areReadModelsMade(
  reporting: string,
  token: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const until = Date.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await fetch(`${reporting}/v1/submissions?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(MIN_ANSWER_MS, until - Date.now()))]),
    }).catch(() => undefined);
    signal.throwIfAborted();
    if (answer !== undefined) {
      const body: unknown = await answer.json().catch(() => undefined);
      if (answer.status !== 503 || !problem.safeParse(body).success) return true;
    }
    if (Date.now() >= until) return false;
    await pause(BETWEEN_LOOKS_MS, undefined, { signal });
  }
}
