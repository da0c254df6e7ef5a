import { BackOff, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type pg from 'pg';

export const APPENDED_CHANNEL = 'ledger_appended';

const PAUSES = { firstMs: 100, longestMs: 2_000 };

/**
 * Listens for commits of appends and wakes readers, until the signal aborts. Reconnects after a lost connection, and
 * then wakes readers too, because it may have missed commits.
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
      // Readers poll meanwhile, and report any error that they meet.
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
  // Stays on the client: it may emit more than one error, and one without a listener would end the process.
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
