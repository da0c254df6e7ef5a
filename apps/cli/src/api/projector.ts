import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { callJson, type Endpoint } from './http.js';

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

export const projectorApi = (endpoint: Endpoint) => ({
  /**
   * Rebuilds the read models and waits until it is done: the live ones, or up to a position beside them.
   * @throws Failure when the rebuild fails.
   */
  async rebuild(asAt: number | undefined, onProgress: (state: Rebuild) => void): Promise<Rebuild> {
    const order = asAt === undefined ? {} : { asAt };
    let state = await callJson(endpoint, '/v1/rebuilds', rebuild, { method: 'POST', json: order });
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
