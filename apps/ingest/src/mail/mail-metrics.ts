import { Metrics } from '@kinledger/service-kit';
import { singleFlight } from '@kinledger/waiting';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { IntakeContext } from '../intake-context.js';
import { mailsWaiting, type MailOutcome } from './mail-table.js';

/** Metrics of mails. No label names a provider or an address. */
@Injectable()
export class MailMetrics {
  readonly #mails: Counter<'outcome'>;

  constructor(metrics: Metrics, { pool }: IntakeContext) {
    const waiting = singleFlight(() => mailsWaiting(pool));
    this.#mails = metrics.counter({
      name: 'kinledger_mails_total',
      help: 'Mails by outcome: sent, for nobody, refused by the mail server for good, given up, and attempts that failed and are repeated.',
      labels: ['outcome'],
    });
    for (const outcome of ['sent', 'nobody', 'refused', 'given-up', 'failed'])
      this.#mails.inc({ outcome }, 0);
    metrics.gauge({
      name: 'kinledger_mails_waiting',
      help: 'Mails that are not sent yet.',
      collect: async (gauge) => gauge.set((await waiting()).mails),
    });
    metrics.gauge({
      name: 'kinledger_mail_oldest_seconds',
      help: 'Time for which the oldest mail has waited to be sent; 0 if none waits.',
      collect: async (gauge) => gauge.set((await waiting()).seconds),
    });
  }

  mail(outcome: MailOutcome | 'failed'): void {
    this.#mails.inc({ outcome });
  }
}
