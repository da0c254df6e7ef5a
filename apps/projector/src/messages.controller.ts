import { topics } from '@kinledger/contracts';
import { InjectPool, OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type pg from 'pg';
import { recordIntakeStatus } from './intake-status/intake-status.js';
import { DecisionTraces } from './projection/decision-traces.js';
import { LiveProjection } from './projection/live-projection.js';
import { ReviewOrders } from './reviews/review-orders.js';

/** Consumes states of files, the notice that the ledger has grown, and the linker's replies to reviews. */
@Public()
@Controller()
export class MessagesController {
  readonly #pool: pg.Pool;
  readonly #live: LiveProjection;
  readonly #traces: DecisionTraces;
  readonly #orders: ReviewOrders;

  constructor(
    @InjectPool('platform') pool: pg.Pool,
    live: LiveProjection,
    traces: DecisionTraces,
    orders: ReviewOrders,
  ) {
    this.#pool = pool;
    this.#live = live;
    this.#traces = traces;
    this.#orders = orders;
  }

  @OnMessages(topics.submissionStateChanged)
  async stateChanged(
    @Payload() messages: readonly MessageOf<typeof topics.submissionStateChanged>[],
  ): Promise<void> {
    await recordIntakeStatus(this.#pool, messages);
  }

  /** Only wakes the projection, which reads the ledger itself, and keeps the traces of what it will find there. */
  @OnMessages(topics.submissionDecided)
  async decided(@Payload() messages: readonly MessageOf<typeof topics.submissionDecided>[]): Promise<void> {
    await this.#traces.announced(messages);
    if (messages.length > 0) this.#live.wake();
  }

  @OnMessages(topics.commandAnswered)
  async answered(@Payload() messages: readonly MessageOf<typeof topics.commandAnswered>[]): Promise<void> {
    await this.#orders.recordReplies(messages.map(({ data }) => data));
    // Nothing is published about a review, so that no other notice comes.
    if (messages.length > 0) this.#live.wake();
  }
}
