import { inTransaction } from '@kinledger/database';
import { deleteFile } from '@kinledger/landing-store';
import { Outbox } from '@kinledger/service-kit';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { IntakeContext } from '../intake-context.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import { uploadChanged } from './upload-events.js';
import { deleteSuperseded } from '../register/register-table.js';
import { deleteReceiving, lockExpired, lockInterrupted, markDiscarded } from './upload-table.js';

const EVERY_MS = 10 * 60_000;
/** Well above the interval of a receiver's heartbeats. */
const SILENT_MINUTES = 10;
const AT_ONCE = 100;
/** How long the register of a superseded submission is kept, because the later one may still be withdrawn. */
const SUPERSEDED_DAYS = 90;

/** Deletes uploads that were not submitted in time, and what a crash left of an upload; at start, and periodically. */
@Injectable()
export class UploadExpiry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('expiry');
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  readonly #intake: IntakeContext;
  readonly #outbox: Outbox;

  constructor(intake: IntakeContext, outbox: Outbox) {
    this.#intake = intake;
    this.#outbox = outbox;
  }

  onApplicationBootstrap(): void {
    const begin = () => {
      this.#sweeping = this.sweep().then(
        () => undefined,
        (error: unknown) => this.#logger.error({ err: error }, 'the sweep failed; it will be retried'),
      );
    };
    this.#timer = setInterval(begin, EVERY_MS);
    this.#timer.unref();
    begin();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Returns the number of uploads deleted. */
  async sweep(): Promise<number> {
    let gone = 0;
    for (let page = AT_ONCE; page === AT_ONCE; gone += page) page = await this.#expire();
    gone += await this.#clearInterrupted();
    await deleteSuperseded(this.#intake.pool, SUPERSEDED_DAYS);
    if (gone > 0) {
      this.#logger.log({ uploads: gone }, 'uploads expired');
      this.#outbox.wake();
    }
    return gone;
  }

  #expire(): Promise<number> {
    const { pool, programme } = this.#intake;
    return inTransaction(pool, async (client) => {
      const expired = await lockExpired(client, AT_ONCE);
      for (const { upload } of expired) {
        await deleteFile(client, upload, 'expired');
        await markDiscarded(client, upload, 'expired');
      }
      const change = { state: 'discarded' as const, reason: 'expired' };
      await intakeOutbox.write(
        client,
        expired.map((upload) => uploadChanged(programme.definition.id, upload, new Date(), change)),
      );
      return expired.length;
    });
  }

  #clearInterrupted(): Promise<number> {
    return inTransaction(this.#intake.pool, async (client) => {
      const interrupted = await lockInterrupted(client, SILENT_MINUTES);
      for (const upload of interrupted) {
        await deleteFile(client, upload, 'interrupted');
        await deleteReceiving(client, upload);
      }
      return interrupted.length;
    });
  }
}
