import { Failure } from '../failure.js';
import type { RunningLauncher } from './launcher-process.js';

/**
 * Keeps the services running until Ctrl-C, SIGTERM or SIGHUP, then stops them in order.
 * @throws Failure if they end by themselves.
 */
export async function untilAskedToStop(launcher: RunningLauncher): Promise<void> {
  const asked = new Promise<'asked'>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done('asked'));
  });
  if ((await Promise.race([asked, launcher.ended])) === 'asked') {
    await launcher.stop();
    return;
  }
  throw new Failure(`the services ended by themselves: see ${launcher.connection.home}/logs`);
}
