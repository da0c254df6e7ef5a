import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import type { Work } from '../submissions/programme.js';

/** How far the work is, in steps that are taken once and never back. */
export interface Progress {
  readonly accepted: number;
  readonly pseudonymised: number;
  readonly decided: number;
  /** Revision of the ledger's last event. */
  readonly ledger: number;
}

export const stepsOf = ({ intakes, ends }: Work): number => 2 * intakes + ends;

export const stepsTaken = ({ accepted, pseudonymised, decided }: Progress): number =>
  accepted + pseudonymised + decided;

export async function progressOf(platform: PlatformUnderTest): Promise<Progress> {
  const [restricted, ledger] = await Promise.all([
    platform.query<{ accepted: number; pseudonymised: number }>(
      'restricted',
      `SELECT coalesce((SELECT max(last) FROM ingest.intake), 0)::int AS accepted,
              (SELECT count(*) FROM pseudonymiser.finished_file)::int AS pseudonymised`,
    ),
    platform.query<{ decided: number; ledger: number }>(
      'platform',
      `SELECT (SELECT count(*) FROM linker.intake WHERE state <> 'waiting')::int AS decided,
              coalesce((SELECT max(revision) FROM ledger.event), -1)::int AS ledger`,
    ),
  ]);
  return {
    accepted: restricted[0]?.accepted ?? 0,
    pseudonymised: restricted[0]?.pseudonymised ?? 0,
    decided: ledger[0]?.decided ?? 0,
    ledger: ledger[0]?.ledger ?? -1,
  };
}
