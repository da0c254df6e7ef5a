import type { LedgerEvent } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { ledgerEventOf } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import type { RemedyOf } from '@kinledger/figures';
import type pg from 'pg';
import { closeFigures, keptFigures, sendFigures, type QuarterClosedEvent } from './closed-figures.js';

export interface QuarterClosingsOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  readonly remedy: RemedyOf;
  /** Computes figures from read models of their own, for a closing that the live ones passed without it. */
  readonly recount: (
    event: QuarterClosedEvent,
    keep: (client: pg.ClientBase) => Promise<void>,
  ) => Promise<void>;
}

/** What the projector owes the ledger for each quarter that is closed: its figures, once. */
export class QuarterClosings {
  readonly #options: QuarterClosingsOptions;

  constructor(options: QuarterClosingsOptions) {
    this.#options = options;
  }

  /** For `projectLedger`, in whose transaction the figures are computed, kept and written to the outbox. */
  readonly close = (client: pg.ClientBase, event: QuarterClosedEvent): Promise<void> =>
    closeFigures(client, this.#options.stream, event, this.#options.remedy);

  /**
   * Sends again what is kept and not published, and computes what is missing: after a restore the bus may have lost it, and
   * a rebuild may have brought the live read models past a closing. Run it once the live read models are at the ledger's end.
   */
  async settle(): Promise<void> {
    const { pool, stream, recount, remedy } = this.#options;
    const { rows } = await pool.query<{ closing: number }>(
      `SELECT closing::float8 AS closing FROM ${LIVE_SCHEMA}.closed_quarter WHERE published_at IS NULL ORDER BY closing`,
    );
    for (const { closing } of rows) {
      const event = await this.#closingAt(closing);
      const isKept = await inTransaction(pool, async (client) => {
        if ((await keptFigures(client, stream, closing)) === undefined) return false;
        await sendFigures(client, stream, event);
        return true;
      });
      if (!isKept) await recount(event, (client) => closeFigures(client, stream, event, remedy));
    }
  }

  async #closingAt(closing: number): Promise<QuarterClosedEvent> {
    const { store, stream } = this.#options;
    const [stored] = await store.readPage(stream, closing, 1);
    const event: LedgerEvent | undefined = stored && ledgerEventOf(stored, stream);
    if (event?.type !== 'QuarterClosed') throw new Error(`no quarter is closed at revision ${closing}`);
    return event;
  }
}
