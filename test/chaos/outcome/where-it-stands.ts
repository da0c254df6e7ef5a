import { consumers, type PlatformUnderTest } from '../platform/platform-under-test.js';
import { progressOf } from '../disturb/progress.js';

/** Counts and positions with which to diagnose a stuck run; no data from rows. */
export async function whereItStands(platform: PlatformUnderTest): Promise<Readonly<Record<string, unknown>>> {
  const [progress, waiting, commands, lease, checkpoint, ...lags] = await Promise.all([
    progressOf(platform),
    platform.query(
      'platform',
      `SELECT intake, kind, submission, (SELECT count(*)::int FROM linker.chunk c WHERE c.submission = i.submission) AS chunks
       FROM linker.intake i WHERE state = 'waiting' ORDER BY intake LIMIT 5`,
    ),
    platform.query(
      'platform',
      `SELECT id, kind, after FROM linker.command WHERE state = 'waiting' ORDER BY arrival LIMIT 5`,
    ),
    platform.query('platform', 'SELECT owner, epoch, expires_at > now() AS held FROM linker.lease'),
    platform.query(
      'platform',
      `SELECT (SELECT position FROM golden.checkpoint)::int AS projected,
      (SELECT position FROM linker.publication)::int AS published`,
    ),
    ...consumers.map((group) => platform.bus.lag(group)),
  ]);
  const outboxes = await platform.query(
    'restricted',
    `SELECT (SELECT count(*)::int FROM ingest.outbox) AS ingest,
            (SELECT count(*)::int FROM pseudonymiser.outbox) AS pseudonymiser`,
  );
  const running = platform.victims.map((victim) => `${victim.name}: ${victim.pids().slice(0, 1).join(' ')}`);
  const lag = Object.fromEntries(consumers.map((group, index) => [group, lags[index]]));
  return { progress, waiting, commands, lease, checkpoint, lag, outboxes, running };
}
