import { setTimeout as pause } from 'node:timers/promises';
import { Refused } from '../api/http.js';
import type { LinkerApi } from '../api/linker.js';
import type { ReportingApi, Submission } from '../api/reporting.js';
import { Failure } from '../failure.js';
import type { LedgerWait } from '../ledger/ledger-wait.js';
import { settledStates } from '../submit/await-submission.js';
import type { LoadedFile } from './load-files.js';

/** Number of rows that have reached each stage. */
export interface Stages {
  readonly pseudonymised: number;
  readonly linked: number;
  readonly projected: number;
}

const POLL_MS = 300;
/** An answer lists every file. Polling takes at most a tenth of the time, however many files there are. */
const PAUSE_PER_POLL = 9;

/**
 * Follows submissions until all are in the read models or parked.
 * @param sent the submissions so far; `complete` once there will be no more.
 * @throws Failure if the linker has halted.
 */
export async function followLoad(
  apis: { readonly reporting: ReportingApi; readonly linker: LinkerApi },
  sent: { readonly files: readonly LoadedFile[]; readonly complete: boolean },
  onStages: (stages: Stages) => void,
  wait: LedgerWait,
): Promise<void> {
  for (;;) {
    // Read before the states, so that later submissions wait for the next round.
    const { complete } = sent;
    const asked = performance.now();
    const files = sent.files.filter(({ submission }) => submission !== null);
    const [states, status] = await Promise.all([statesOf(apis.reporting), apis.linker.status()]);
    if (status.halt !== undefined) throw new Failure(`the linker has halted: ${status.halt.message}`);
    const took = performance.now() - asked;
    wait.told(status.ledgerAway);
    const stateOf = ({ submission }: LoadedFile) => states.get(submission ?? '')?.state;
    const rows = (reached: (file: LoadedFile) => boolean) =>
      files.filter(reached).reduce((sum, file) => sum + file.rows, 0);
    const settled = (file: LoadedFile) => settledStates.has(stateOf(file) ?? '');
    const linked = (file: LoadedFile) => settled(file) || (file.intake ?? Infinity) <= status.intake;
    onStages({
      pseudonymised: rows((file) => linked(file) || stateOf(file) === 'pseudonymised'),
      linked: rows(linked),
      projected: rows(settled),
    });
    if (complete && files.every(settled)) {
      wait.told(undefined);
      return;
    }
    await pause(Math.max(POLL_MS, PAUSE_PER_POLL * took));
  }
}

async function statesOf(reporting: ReportingApi): Promise<ReadonlyMap<string, Submission>> {
  try {
    const all = await reporting.submissions();
    return new Map(
      all.flatMap((entry) => (entry.submission === null ? [] : [[entry.submission, entry] as const])),
    );
  } catch (error) {
    // The projector creates the read models when it starts.
    if (error instanceof Refused && error.status === 503) return new Map();
    throw error;
  }
}
