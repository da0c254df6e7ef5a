import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { WakeUps } from '../wake-ups.js';

export const APPENDED_CHANNEL = 'ledger_appended';

const MAX_PAUSE_MS = 2_000;

/**
 * Listens for commits of appends and passes each on as a hint, for as long as the signal does not abort. A lost
 * connection is made anew; since commits may have passed unheard meanwhile, that is a hint too.
 */
export async function passOnNotifications(
  pool: pg.Pool,
  wakeUps: WakeUps,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await listen(pool, signal, () => {
        failures = 0;
        wakeUps.wake();
      });
    } catch {
      // Readers look again by themselves meanwhile, and report what hinders them.
      failures += 1;
      await pause(Math.min(MAX_PAUSE_MS, 50 * 2 ** failures), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Resolves when the signal aborts. @throws Error when the connection is lost. */
async function listen(pool: pg.Pool, signal: AbortSignal, hint: () => void): Promise<void> {
  const client = await pool.connect();
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
  over.catch(() => undefined);
  const stop = () => resolve(undefined);
  signal.addEventListener('abort', stop);
  // Stays on the client for good: it may report its end more than once, and an unheard error would end the process.
  client.on('error', reject);
  client.on('end', () => reject(new Error('the connection ended')));
  client.on('notification', hint);
  try {
    await client.query(`LISTEN ${APPENDED_CHANNEL}`);
    hint();
    if (!signal.aborted) await over;
  } finally {
    signal.removeEventListener('abort', stop);
    client.off('notification', hint);
    client.release(true);
  }
}
