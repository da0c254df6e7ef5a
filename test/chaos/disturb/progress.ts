import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import type { Work } from '../submissions/programme.js';

/** Progress of the work, in steps that never go back. */
export interface Progress {
  readonly accepted: number;
  readonly pseudonymised: number;
  readonly decided: number;
  /** Revision of the ledger's last event; -1 if there is none or the store is unavailable. */
  readonly ledger: number;
}

export const stepsOf = ({ intakes, ends }: Work): number => 2 * intakes + ends;

export const stepsTaken = ({ accepted, pseudonymised, decided }: Progress): number =>
  accepted + pseudonymised + decided;

export async function progressOf(platform: PlatformUnderTest): Promise<Progress> {
  const [restricted, platformRows, ledger] = await Promise.all([
    platform.query<{ accepted: number; pseudonymised: number }>(
      'restricted',
      `SELECT (coalesce((SELECT max(last) FROM ingest.intake), 0)
                + (SELECT count(*) FROM ingest.command WHERE kind = 'withdraw-submission'))::int AS accepted,
              (SELECT count(*) FROM pseudonymiser.finished_file)::int AS pseudonymised`,
    ),
    platform.query<{ decided: number }>(
      'platform',
      `SELECT ((SELECT count(*) FROM linker.intake WHERE state <> 'waiting')
               + (SELECT count(*) FROM linker.command WHERE state <> 'waiting'))::int AS decided`,
    ),
    // An unavailable store must not delay the next disturbance.
    platform.ledgerHead().catch(() => undefined),
  ]);
  return {
    accepted: restricted[0]?.accepted ?? 0,
    pseudonymised: restricted[0]?.pseudonymised ?? 0,
    decided: platformRows[0]?.decided ?? 0,
    ledger: ledger ?? -1,
  };
}
