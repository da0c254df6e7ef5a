import { streamOf } from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import type { Inbox, InboxCounts } from '../inbox/inbox.js';
import { INBOX } from '../inbox/inbox.token.js';
import { EVENT_STORE } from '../linker.service.js';
import { LinkerMetrics, PROGRAMME_ID, type LinkerStatus } from './linker-metrics.js';

/** Diagnosis without access to rows: counts only. */
@Controller('v1/status')
@Roles('operator')
export class StatusController {
  readonly #metrics: LinkerMetrics;
  readonly #inbox: Inbox;
  readonly #store: EventStore;
  readonly #programme: string;

  constructor(
    metrics: LinkerMetrics,
    @Inject(INBOX) inbox: Inbox,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(PROGRAMME_ID) programme: string,
  ) {
    this.#metrics = metrics;
    this.#inbox = inbox;
    this.#store = store;
    this.#programme = programme;
  }

  @Get()
  async status(): Promise<LinkerStatus & { programme: string; bodies: number; inbox: InboxCounts }> {
    const { position, ...status } = this.#metrics.status;
    const [inbox, bodies] = await Promise.all([
      this.#inbox.counts(this.#programme),
      this.#store.countBodies(streamOf(this.#programme), Math.max(0, position)),
    ]);
    return { programme: this.#programme, position, ...status, bodies, inbox };
  }
}
