import { BackOff, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type pg from 'pg';

export const APPENDED_CHANNEL = 'ledger_appended';

const PAUSES = { firstMs: 100, longestMs: 2_000 };

/**
 * Listens for commits of appends and passes each on as a hint, for as long as the signal does not abort. A lost
 * connection is made anew; since commits may have passed unheard meanwhile, that is a hint too.
 */
export async function passOnNotifications(pool: pg.Pool, wakeUp: WakeUp, signal: AbortSignal): Promise<void> {
  const backOff = new BackOff(PAUSES);
  while (!signal.aborted) {
    try {
      await listen(pool, signal, () => {
        backOff.reset();
        wakeUp.call();
      });
    } catch {
      // Readers look again by themselves meanwhile, and report what hinders them.
      await pauseUnlessAborted(backOff.failed(), signal);
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
