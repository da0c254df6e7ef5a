import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import type { Inbox, InboxCounts } from '../inbox/inbox.js';
import { INBOX } from '../inbox/inbox.token.js';
import { LinkerMetrics, PROGRAMME_ID, type LinkerStatus } from './linker-metrics.js';

/** Diagnosis without access to rows: counts only. */
@Controller('v1/status')
@Roles('operator')
export class StatusController {
  readonly #metrics: LinkerMetrics;
  readonly #inbox: Inbox;
  readonly #programme: string;

  constructor(metrics: LinkerMetrics, @Inject(INBOX) inbox: Inbox, @Inject(PROGRAMME_ID) programme: string) {
    this.#metrics = metrics;
    this.#inbox = inbox;
    this.#programme = programme;
  }

  @Get()
  async status(): Promise<LinkerStatus & { programme: string; inbox: InboxCounts }> {
    const inbox = await this.#inbox.counts(this.#programme);
    return { programme: this.#programme, ...this.#metrics.status, inbox };
  }
}
