import type { ProviderId } from '@kinledger/contracts';
import { londonDay } from '@kinledger/domain';
import { FailureLog } from '@kinledger/service-kit';
import { pauseUnlessAborted } from '@kinledger/waiting';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { IngestConfig } from '../config.js';
import { IntakeContext } from '../intake-context.js';
import { ReturnService } from '../returns/return-service.js';
import { MailMetrics } from './mail-metrics.js';
import { MailServer } from './mail-server.js';
import {
  endMail,
  lastReminders,
  makeReminder,
  makeResultMails,
  takeWaiting,
  type MailOutcome,
  type WaitingMail,
} from './mail-table.js';
import { MailWriter } from './mail-writer.js';
import { recipientsByProvider } from './recipients.js';
import { remindsOn } from './remind.js';

export const MAIL_SETTINGS = Symbol('mail settings');
export type MailSettings = Pick<IngestConfig, 'mail' | 'access' | 'public'> & {
  /** Between two looks for mails. */
  readonly everyMs?: number;
  readonly clock?: () => Date;
};

const EVERY_MS = 10_000;
/** A calendar is read for every reminder; who is reminded changes with the day. */
const REMIND_EVERY_MS = 15 * 60_000;
/** Nobody is reminded earlier, London time. */
const FIRST_HOUR = 8;
const HOUR_MS = 3_600_000;
/** How long a mail is tried. A reminder is stale the next day. */
const TRIED_MS = { result: 72 * HOUR_MS, reminder: 12 * HOUR_MS };

/**
 * Sends mails in a loop of its own, for which nothing waits. Does nothing where no mail server is configured. Several
 * processes share the work.
 */
@Injectable()
export class MailDelivery implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('mails');
  readonly #stop = new AbortController();
  readonly #intake: IntakeContext;
  readonly #returns: ReturnService;
  readonly #metrics: MailMetrics;
  readonly #pino: PinoLogger;
  readonly #settings: MailSettings;
  readonly #server: MailServer | undefined;
  readonly #writer: MailWriter;
  #running: Promise<void> = Promise.resolve();
  #remindAt = 0;

  constructor(
    intake: IntakeContext,
    returns: ReturnService,
    metrics: MailMetrics,
    pino: PinoLogger,
    @Inject(MAIL_SETTINGS) settings: MailSettings,
  ) {
    const { host, from, ...rest } = settings.mail;
    this.#intake = intake;
    this.#returns = returns;
    this.#metrics = metrics;
    this.#pino = pino;
    this.#settings = settings;
    this.#server =
      host === undefined || from === undefined ? undefined : new MailServer({ host, from, ...rest });
    this.#writer = new MailWriter(intake, returns, settings.public.url ?? '');
  }

  onApplicationBootstrap(): void {
    if (this.#server !== undefined) this.#running = this.#run(this.#server);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(server: MailServer): Promise<void> {
    const { signal } = this.#stop;
    const failures = new FailureLog({
      logger: this.#pino,
      failed: 'no mail can be sent; trying again',
      over: 'mails are sent again',
    });
    while (!signal.aborted) {
      try {
        await this.#round(server);
        failures.over();
      } catch (error) {
        failures.failed(error);
      }
      await pauseUnlessAborted(this.#settings.everyMs ?? EVERY_MS, signal);
    }
  }

  /** Ends at the first mail that the server does not take: the others would wait for it as long. */
  async #round(server: MailServer): Promise<void> {
    const { pool } = this.#intake;
    const recipients = recipientsByProvider(this.#settings.access.file);
    await makeResultMails(pool);
    if (this.#settings.mail.reminds) await this.#remind([...recipients.keys()]);
    while (!this.#stop.signal.aborted) {
      const mail = await takeWaiting(pool);
      if (mail === undefined) return;
      const outcome = await this.#send(server, mail, recipients.get(mail.provider) ?? []);
      this.#metrics.mail(outcome);
      if (outcome === 'failed') return;
      await endMail(pool, mail.id, outcome);
    }
  }

  async #send(server: MailServer, mail: WaitingMail, to: readonly string[]): Promise<MailOutcome | 'failed'> {
    const { id, kind, attempts } = mail;
    const text = to.length === 0 ? undefined : await this.#writer.textOf(mail);
    if (text === undefined) return 'nobody';
    const failure = await server.send({ id, to, ...text }, this.#stop.signal);
    if (failure === undefined) {
      this.#logger.log({ mail: id, kind, attempts, recipients: to.length }, 'mail sent');
      return 'sent';
    }
    const { code, status, isFinal } = failure;
    if (isFinal) {
      this.#logger.warn({ mail: id, kind, code, status }, 'the mail server knows no recipient of a mail');
      return 'refused';
    }
    const triedMs = kind === 'reminder' ? TRIED_MS.reminder : TRIED_MS.result;
    if (Date.now() - mail.createdAt.getTime() > triedMs) {
      this.#logger.error({ mail: id, kind, code, status, attempts }, 'a mail was given up');
      return 'given-up';
    }
    this.#logger.warn({ mail: id, kind, code, status, attempts }, 'a mail was not taken; it is sent again');
    return 'failed';
  }

  /** Makes the reminders of the day, of providers that somebody reads mails for. */
  async #remind(providers: readonly ProviderId[]): Promise<void> {
    const now = this.#settings.clock?.() ?? new Date();
    if (performance.now() < this.#remindAt || hourInLondon(now) < FIRST_HOUR) return;
    this.#remindAt = performance.now() + REMIND_EVERY_MS;
    const today = londonDay(now);
    const { returns } = await this.#returns.calendar(undefined, now);
    const last = await lastReminders(this.#intake.pool);
    const ofProvider = Map.groupBy(returns, ({ dataset }) => dataset.serviceDefinition.provider);
    for (const provider of providers)
      if (remindsOn(ofProvider.get(provider) ?? [], today, last.get(provider)))
        await makeReminder(this.#intake.pool, provider, today);
  }
}

const hours = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: '2-digit',
  hourCycle: 'h23',
});
const hourInLondon = (instant: Date): number => Number(hours.format(instant));
