import { setTimeout as pause } from 'node:timers/promises';

/** How long nothing may happen before a run is taken for stuck. Not a measure: a healthy wait is over in seconds. */
const STUCK_AFTER_MS = 300_000;
const LOOK_EVERY_MS = 25;

/** A condition that did not come true while everything had its time. */
export class Stuck extends Error {}

/**
 * Resolves with the first answer that is neither false nor undefined. A question that fails is asked again: what it is
 * asked of may be away for a moment.
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
      // `false` and `undefined` mean "not yet"; what is left is the answer.
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
