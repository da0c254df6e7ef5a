import { topics } from '@kinledger/contracts';
import { InjectPool, OnMessages, Public, type MessageOf } from '@kinledger/service-kit';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type pg from 'pg';
import { recordIntakeStatus } from './intake-status/intake-status.js';
import { DecisionTraces } from './projection/decision-traces.js';
import { LiveProjection } from './projection/live-projection.js';

/** Consumes states of files, and the notice that the ledger has grown. */
@Public()
@Controller()
export class MessagesController {
  readonly #pool: pg.Pool;
  readonly #live: LiveProjection;
  readonly #traces: DecisionTraces;

  constructor(@InjectPool('platform') pool: pg.Pool, live: LiveProjection, traces: DecisionTraces) {
    this.#pool = pool;
    this.#live = live;
    this.#traces = traces;
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
}
