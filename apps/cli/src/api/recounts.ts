import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { callJson, type Endpoint } from './http.js';

const cell = z.object({
  figure: z.string(),
  scope: z.string(),
  dimensions: z.array(z.union([z.string(), z.number(), z.null()])),
  column: z.string(),
});

const reproduction = z.object({
  period: z.string(),
  edition: z.number(),
  closing: z.number(),
  published: z.number(),
  outcome: z.enum(['identical', 'erased', 'different', 'not-comparable']),
  digest: z.string(),
  recountedDigest: z.string(),
  kept: z.enum(['stand', 'differ', 'missing']),
  erasures: z.object({ records: z.number(), individuals: z.number() }),
  differences: z.array(cell.extend({ before: z.number(), after: z.number(), bound: z.number() })),
  changedSince: z.array(z.string()),
  seconds: z.number(),
});
/** What came of computing a closed quarter again. */
export type Reproduction = z.infer<typeof reproduction>;

const restatedCell = cell.extend({
  then: z.number(),
  now: z.number(),
  changes: z.record(z.string(), z.number()),
});
const shownCell = cell.extend({
  then: z.number().nullable(),
  now: z.number().nullable(),
  changes: z.record(z.string(), z.number().nullable()),
});
const restatement = z.object({
  period: z.string(),
  edition: z.number().nullable(),
  then: z.number(),
  now: z.number(),
  basis: z.enum(['published', 'recounted']),
  cells: z.array(restatedCell),
  shown: z.array(shownCell),
  counts: z.number(),
  seconds: z.number(),
});
/** What changed the figures of a period between two positions. */
export type Restatement = z.infer<typeof restatement>;
/** A count with its changes; null where disclosure control suppresses it. */
export type ChangedCell = z.infer<typeof shownCell>;

const recount = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  position: z.number(),
  head: z.number(),
  result: z.unknown(),
  reason: z.string().nullable(),
});
export type Recount = z.infer<typeof recount>;

const POLL_MS = 300;

/** Client of the projector's API for computing closed quarters again. */
export const recountsApi = (endpoint: Endpoint) => {
  /** @throws Failure if it fails. */
  const done = async <T>(
    path: string,
    order: object,
    schema: z.ZodType<T>,
    onProgress: (state: Recount) => void,
  ): Promise<T> => {
    let state = await callJson(endpoint, path, recount, { method: 'POST', json: order });
    while (state.state === 'running') {
      onProgress(state);
      await pause(POLL_MS);
      state = await callJson(endpoint, `/v1/recounts/${state.id}`, recount);
    }
    if (state.state === 'failed')
      throw new Failure(`computing it again failed: ${state.reason ?? 'see the projector’s log'}`);
    return schema.parse(state.result);
  };
  return {
    reproduce: (
      asked: { readonly period: string; readonly edition?: number },
      onProgress: (state: Recount) => void,
    ): Promise<Reproduction> => done('/v1/reproductions', asked, reproduction, onProgress),

    compare: (
      asked: {
        readonly period: string;
        readonly edition?: number;
        readonly then?: number | undefined;
        readonly now?: number | undefined;
      },
      onProgress: (state: Recount) => void,
    ): Promise<Restatement> => done('/v1/restatements', asked, restatement, onProgress),
  };
};
