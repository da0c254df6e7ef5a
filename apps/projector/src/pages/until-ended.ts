import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS = 4_000;
const LOOK_EVERY_MS = 100;

/**
 * Looks for work that is under way until it has ended, for a few seconds at most: a page without scripts cannot show the end
 * by itself.
 */
export async function untilEnded<T extends { readonly state: string }>(
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const found = await find();
    if (found === undefined || found.state === 'done' || found.state === 'failed') return found;
    if (performance.now() >= until) return found;
    await pause(LOOK_EVERY_MS);
  }
}
