import { setTimeout as pause } from 'node:timers/promises';
import { Refused } from '../api/http.js';
import type { LinkerApi } from '../api/linker.js';
import type { ReportingApi, Submission } from '../api/reporting.js';
import { Failure } from '../failure.js';
import type { LedgerWait } from '../ledger/ledger-wait.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Final states of a submission. */
export const settledStates: ReadonlySet<string> = new Set(['linked', 'withdrawn', 'parked', 'unprocessable']);

/** The linker's address, to report what it waits for. */
export interface LinkerToAsk {
  readonly linker: LinkerApi;
  readonly wait: LedgerWait;
}

/**
 * Resolves when the read models hold the linker's decision about a submission, or that it is parked.
 * @throws Failure if the linker is known to have halted.
 */
export async function awaitSubmission(
  reporting: ReportingApi,
  id: string,
  asked?: LinkerToAsk,
): Promise<Submission> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const found = await find(reporting, id);
    if (found !== undefined && settledStates.has(found.state)) {
      // The linker may have recovered and decided since the last check.
      asked?.wait.told(undefined);
      return found;
    }
    const status = await asked?.linker.status();
    if (status?.halt !== undefined) throw new Failure(`the linker has halted: ${status.halt.message}`);
    asked?.wait.told(status?.ledgerAway);
    await pause(pauseMs);
  }
}

/** Undefined until the platform zone has received `FileAccepted`. */
async function find(reporting: ReportingApi, id: string): Promise<Submission | undefined> {
  try {
    return await reporting.submission(id);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 503)) return undefined;
    throw error;
  }
}
