import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  causeOfCommand,
  Command,
  encodeCloudEvent,
  read,
  topics,
  type CommandAnswered,
  type CommandData,
  type DataOf,
  type ProgrammeId,
} from '@kinledger/contracts';
import { instantSql, inTransaction } from '@kinledger/database';
import { askedByOf, currentTraceparent, type Caller, type Outbox } from '@kinledger/service-kit';
import type pg from 'pg';
import { projectorOutbox } from '../closing/projector-outbox.js';

/** A review that was ordered here, and the linker's reply once there is one. */
export interface ReviewOrder {
  readonly id: string;
  readonly kind: ReviewKind;
  readonly subject: string;
  readonly candidate: string;
  readonly askedBy: string;
  readonly reason: string;
  readonly askedAt: string;
  readonly state: 'waiting' | 'accepted' | 'refused';
  readonly position: number | null;
  readonly refusal: { readonly reason: string; readonly detail: string } | null;
}

export type ReviewKind = 'review-referral' | 'undo-review';
type Ordered = { readonly [Kind in ReviewKind]: Pick<CommandData<Kind>, 'kind' | 'payload'> }[ReviewKind];

export interface ReviewOrdersOptions {
  readonly pool: pg.Pool;
  readonly programme: ProgrammeId;
  readonly outbox: Pick<Outbox, 'wake'>;
}

const SOURCE = 'urn:kinledger:projector';
const LOOK_MS = 100;
const PATIENCE_MS = 8_000;
const KEPT = `interval '30 days'`;

/** Sends reviews to the linker, which alone decides what they change, and keeps its replies. */
export class ReviewOrders {
  readonly #options: ReviewOrdersOptions;

  constructor(options: ReviewOrdersOptions) {
    this.#options = options;
  }

  /** Orders a review, and waits a few seconds for the reply. */
  async order(ordered: Ordered, reason: string, caller: Caller): Promise<ReviewOrder> {
    const { pool, programme, outbox } = this.#options;
    const id = `review-${randomUUID()}`;
    const time = new Date().toISOString();
    const askedBy = askedByOf(caller);
    // It is due at once: what the reviewer saw is decided already.
    const command = read(Command, Command.version, {
      ...{ ...ordered, id, programme, askedBy, reason, time, after: 0 },
    });
    const { subject, candidate } = ordered.payload;
    const { name: topic, contract } = topics.command;
    const traceparent = currentTraceparent();
    const message = encodeCloudEvent(contract, {
      ...{ id: causeOfCommand(id), source: SOURCE, time, data: command },
      ...(traceparent === undefined ? {} : { traceparent }),
    });
    await inTransaction(pool, async (client) => {
      await client.query(`DELETE FROM operations.review_command WHERE asked_at < now() - ${KEPT}`);
      await client.query(
        `INSERT INTO operations.review_command (command_id, kind, subject, candidate, asked_by, organisation, reason, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, ordered.kind, subject, candidate, askedBy.person, askedBy.organisation ?? null, reason, time],
      );
      await projectorOutbox.write(client, [{ topic, key: programme, ...message }]);
    });
    outbox.wake();
    for (const until = performance.now() + PATIENCE_MS; ; await pause(LOOK_MS)) {
      const found = await this.find(id);
      if (found === undefined) throw new Error('an order was deleted before it was answered');
      if (found.state !== 'waiting' || performance.now() >= until) return found;
    }
  }

  async find(id: string): Promise<ReviewOrder | undefined> {
    const { rows } = await this.#options.pool.query<ReviewOrder>(
      `SELECT command_id AS id, kind, replace(subject::text, '-', '') AS subject, replace(candidate::text, '-', '') AS candidate,
         asked_by AS "askedBy", reason, ${instantSql('asked_at')} AS "askedAt",
         coalesce(outcome, 'waiting') AS state, position::float8 AS position,
         CASE WHEN refusal IS NOT NULL THEN jsonb_build_object('reason', refusal, 'detail', coalesce(detail, '')) END AS refusal
       FROM operations.review_command WHERE command_id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Keeps the first reply to each order; replies to orders of others are none of ours. */
  async recordReplies(replies: readonly DataOf<typeof CommandAnswered>[]): Promise<void> {
    for (const { command, kind, outcome, position, reason, detail } of replies) {
      if (kind !== 'review-referral' && kind !== 'undo-review') continue;
      await this.#options.pool.query(
        `UPDATE operations.review_command SET outcome = $2, position = $3, refusal = $4, detail = $5, answered_at = now()
         WHERE command_id = $1 AND outcome IS NULL`,
        [command, outcome, position ?? null, reason ?? null, detail ?? null],
      );
    }
  }
}
