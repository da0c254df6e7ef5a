import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../failure.js';
import type { LedgerWait } from '../ledger/ledger-wait.js';
import { callJson, Refused, type Endpoint } from './http.js';

const rebuild = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  position: z.number(),
  head: z.number(),
  records: z.number(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  reason: z.string().nullable(),
});
export type Rebuild = z.infer<typeof rebuild>;

const POLL_MS = 200;
const LEDGER_POLL_MS = 1_000;

/** Retries while the service cannot reach its ledger. */
async function onceReachable<T>(wait: LedgerWait | undefined, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      wait?.told(undefined);
      return answer;
    } catch (error) {
      const isAway = error instanceof Refused && error.problemCode === 'ledger-unreachable';
      if (wait === undefined || !isAway) throw error;
      wait.told(error.message);
      await pause(LEDGER_POLL_MS);
    }
  }
}

export const projectorApi = (endpoint: Endpoint) => ({
  /**
   * Rebuilds the live read models, or read models up to a position beside them, and waits for the end.
   * @throws Failure if the rebuild fails.
   */
  async rebuild(
    asAt: number | undefined,
    onProgress: (state: Rebuild) => void,
    wait?: LedgerWait,
  ): Promise<Rebuild> {
    const order = asAt === undefined ? {} : { asAt };
    let state = await onceReachable(wait, () =>
      callJson(endpoint, '/v1/rebuilds', rebuild, { method: 'POST', json: order }),
    );
    while (state.state === 'running') {
      onProgress(state);
      await pause(POLL_MS);
      state = await callJson(endpoint, `/v1/rebuilds/${state.id}`, rebuild);
    }
    onProgress(state);
    if (state.state === 'failed')
      throw new Failure(`the rebuild failed: ${state.reason ?? 'see the projector’s log'}`);
    return state;
  },
});
