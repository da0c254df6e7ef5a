import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { callJson, type Endpoint } from './http.js';

const source = z.object({
  record: z.string(),
  dataset: z.string(),
  provider: z.string().nullable(),
  period: z.string().nullable(),
  role: z.string(),
});
const queue = z.object({
  waiting: z.number(),
  hidden: z.number(),
  oldest: z.string().nullable(),
  agreement: z.object({
    pairs: z.number(),
    agreed: z.number(),
    share: z.number().nullable(),
    kappa: z.number().nullable(),
  }),
  pairs: z.array(
    z.object({
      referral: z.string(),
      reason: z.string(),
      rule: z.string(),
      subject: source,
      candidate: source,
      referredAt: z.string(),
      standing: z.enum(['waiting', 'second-awaited', 'disputed']),
      isAnswered: z.boolean(),
      estimate: z.object({ all: z.number(), closed: z.number() }),
    }),
  ),
});
/** The pairs that wait for a review. */
export type Queue = z.infer<typeof queue>;

const effect = z.object({
  quarters: z.array(
    z.object({
      period: z.string(),
      isClosed: z.boolean(),
      changes: z.array(
        z.object({
          figure: z.string(),
          scope: z.string(),
          dimensions: z.array(z.union([z.string(), z.number(), z.null()])),
          column: z.string(),
          before: z.number(),
          after: z.number(),
        }),
      ),
    }),
  ),
});
const missing = z.enum(['first', 'second', 'both', 'either', 'neither']);
/** How a pair comes to its score. */
const weighed = z.object({
  weights: z.object({
    model: z.string(),
    start: z.number(),
    fields: z.array(
      z.object({
        field: z.string(),
        level: z.string(),
        missing: missing.exactOptional(),
        weight: z.number(),
      }),
    ),
    score: z.number(),
    classes: z.array(z.object({ class: z.string(), isOnePerson: z.boolean(), probability: z.number() })),
  }),
  bands: z.object({ review: z.number(), link: z.number(), margin: z.number() }),
  conditions: z.array(z.object({ condition: z.string(), outcome: z.enum(['held', 'failed', 'missing']) })),
  rival: z.object({ score: z.number() }).exactOptional(),
});
const examination = z.object({
  asAt: z.number(),
  referral: z.string(),
  reason: z.string(),
  rule: z.string(),
  subject: source,
  pairs: z.array(
    z.object({
      candidate: source,
      comparison: z.object({
        kinds: z.array(
          z.object({ kind: z.string(), subject: z.number(), candidate: z.number(), shared: z.number() }),
        ),
        records: z.object({ subject: z.number(), candidate: z.number() }),
      }),
      weighed: weighed.optional(),
      effects: z.object({ same: effect, different: effect }),
    }),
  ),
  more: z.number(),
});
/** What a look at a referral shows. */
export type Examination = z.infer<typeof examination>;
export type AnswerEffect = z.infer<typeof effect>;

const asked = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'done', 'failed']),
  reason: z.string().nullable(),
});
const answered = asked.extend({ result: examination.nullable() });

const order = z.object({
  id: z.string(),
  kind: z.string(),
  subject: z.string(),
  candidate: z.string(),
  state: z.enum(['waiting', 'accepted', 'refused']),
  position: z.number().nullable(),
  refusal: z.object({ reason: z.string(), detail: z.string() }).nullable(),
});
/** A review that was ordered, and the linker's reply. */
export type ReviewOrder = z.infer<typeof order>;

const decisions = z.object({
  decisions: z.array(
    z.object({
      position: z.number(),
      kind: z.enum(['decision', 'undone']),
      answer: z.enum(['same', 'different']).nullable(),
      subject: z.string(),
      candidate: z.string(),
      reason: z.string(),
      by: z.string(),
      at: z.string(),
      stands: z.boolean(),
    }),
  ),
});
export type ReviewDecision = z.infer<typeof decisions>['decisions'][number];

const LOOK_MS = 200;

/** Client of the projector's API for reviews. */
export const reviewsApi = (endpoint: Endpoint) => {
  /** @throws Failure if it is not answered in time. */
  const untilAnswered = async (ordered: ReviewOrder, waitSeconds: number): Promise<ReviewOrder> => {
    const until = performance.now() + waitSeconds * 1000;
    let known = ordered;
    while (known.state === 'waiting') {
      if (performance.now() >= until)
        throw new Failure(
          `asked for, as ${known.id}; the linker has not answered yet: it does when its turn comes`,
        );
      await pause(LOOK_MS);
      known = await callJson(endpoint, `/v1/review-orders/${encodeURIComponent(known.id)}`, order);
    }
    if (known.refusal !== null) throw new Failure(known.refusal.detail);
    return known;
  };
  return {
    queue: (limit: number): Promise<Queue> => callJson(endpoint, `/v1/reviews?limit=${limit}`, queue),

    /** Looks at a referral, and waits until it is examined. @throws Failure if that fails. */
    async examine(referral: string, reason: string): Promise<Examination & { readonly id: string }> {
      const { id } = await callJson(endpoint, '/v1/review-examinations', asked, {
        method: 'POST',
        json: { referral, reason },
      });
      for (;;) {
        const found = await callJson(endpoint, `/v1/review-examinations/${id}`, answered);
        if (found.result !== null) return { ...found.result, id };
        if (found.state === 'failed') throw new Failure(found.reason ?? 'looking at it failed');
        await pause(LOOK_MS);
      }
    },

    async answer(
      given: {
        readonly examination: string;
        readonly candidate: string;
        readonly answer: string;
        readonly reason: string;
      },
      waitSeconds: number,
    ): Promise<ReviewOrder> {
      const json = { method: 'POST', json: given } as const;
      return untilAnswered(await callJson(endpoint, '/v1/reviews', order, json), waitSeconds);
    },

    async undo(
      given: { readonly subject: string; readonly candidate: string; readonly reason: string },
      waitSeconds: number,
    ): Promise<ReviewOrder> {
      const json = { method: 'POST', json: given } as const;
      return untilAnswered(await callJson(endpoint, '/v1/review-undoings', order, json), waitSeconds);
    },

    decisions: async (limit: number): Promise<readonly ReviewDecision[]> =>
      (await callJson(endpoint, `/v1/review-decisions?limit=${limit}`, decisions)).decisions,
  };
};
