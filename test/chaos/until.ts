import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait before a run counts as stuck. A healthy wait takes seconds. */
const STUCK_AFTER_MS = 300_000;
const LOOK_EVERY_MS = 25;

/** A condition that did not become true in time. */
export class Stuck extends Error {}

/**
 * Resolves with the first answer that is neither false nor undefined. Retries a question that fails, because its target
 * may be down for a moment.
 * @throws Stuck, with the last failure as its cause.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<Exclude<T, false>> {
  const since = performance.now();
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      // `false` and `undefined` mean "not yet".
      if (answer !== undefined && answer !== false) return answer as Exclude<T, false>;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() - since > STUCK_AFTER_MS) {
      throw new Stuck(`it never became true that ${what}`, { cause: failure });
    }
    await pause(LOOK_EVERY_MS);
  }
}
