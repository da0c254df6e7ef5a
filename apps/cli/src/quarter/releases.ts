import { setTimeout as pause } from 'node:timers/promises';
import type { ClosedQuarter, ReportingApi } from '../api/reporting.js';
import { Failure } from '../failure.js';

const LOOK_MS = 300;

/** Every edition of a quarter, the latest first; none where it is not closed. */
export async function releasesOf(reporting: ReportingApi, period: string): Promise<readonly ClosedQuarter[]> {
  // The service reads a period however it is written.
  const found = await reporting.quarter(period);
  if (found === undefined) return [];
  return (await reporting.quarters()).filter((each) => each.period === found.period);
}

/**
 * Waits until readers see what the ledger says of an edition.
 * @throws Failure if they do not in time.
 */
export async function untilRead(
  reporting: ReportingApi,
  { period, edition, standing }: Pick<ClosedQuarter, 'period' | 'edition' | 'standing'>,
  waitSeconds: number,
): Promise<ClosedQuarter> {
  const until = performance.now() + waitSeconds * 1000;
  for (;;) {
    const found = (await reporting.quarters()).find(
      (each) => each.period === period && each.edition === edition,
    );
    if (found?.standing === standing) return found;
    if (performance.now() >= until)
      throw new Failure(
        'done, and in the ledger; readers do not see it yet: "kinledger quarter list" says when they do',
      );
    await pause(LOOK_MS);
  }
}
