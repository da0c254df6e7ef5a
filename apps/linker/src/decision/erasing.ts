import { eraseCarerTokens, eraseRecords, type ErasingHand } from '@kinledger/decisions';
import { bodiesIn, type EnteredRecord, type EventStore } from '@kinledger/event-store';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import type { Definitions } from './definitions.js';
import type { OpenLedger } from './open-ledger.js';
import type { PendingErasure, PendingErasures } from './pending-erasures.js';

/** Erases records of one open ledger, for the list of erasures and for commands. */
export class Erasing {
  readonly pending: PendingErasures;
  readonly #definitions: Definitions;
  readonly #snapshots: Pick<LedgerSnapshots, 'discard'> | undefined;
  readonly #store: Pick<EventStore, 'readSegments'>;

  constructor(
    pending: PendingErasures,
    definitions: Definitions,
    snapshots: Pick<LedgerSnapshots, 'discard'> | undefined,
    store: Pick<EventStore, 'readSegments'>,
  ) {
    this.#store = store;
    this.pending = pending;
    this.#definitions = definitions;
    this.#snapshots = snapshots;
  }

  /** Executes the whole list. */
  async eraseAll(open: OpenLedger, signal: AbortSignal): Promise<void> {
    for (;;) {
      const next = await this.pending.next(open.ledger, (await open.begun())?.cause);
      if (next === undefined) return;
      await this.#definitions.adoptFirst(open, next.time, signal);
      await this.erase(open, next, signal);
    }
  }

  /**
   * Records the erasure in the ledger first, then erases the bodies, so that nothing is ever missing without an event.
   */
  async erase(open: OpenLedger, erasure: PendingErasure, signal: AbortSignal): Promise<void> {
    await this.#snapshots?.discard();
    const { ledger } = open;
    const { carerTokens, records } = erasure;
    if (carerTokens.length > 0) {
      const rows = await this.#readBodies(
        open.stream,
        ledger.entered(carerTokens.map(({ record }) => record)),
      );
      const cuts = await eraseCarerTokens({ ledger, writer: open.writer(), signal }, { ...erasure, rows });
      open.requireWhole();
      await this.pending.eraseTokens(cuts);
    }
    if (records.length > 0) {
      await eraseRecords({ ledger, writer: open.writer(), signal }, erasure);
      open.requireWhole();
      await this.pending.eraseBodies(ledger.entered(records));
    }
    open.announce();
  }

  /**
   * Erases on behalf of a command: deletes the snapshot and adds the command to the list before its event is written.
   */
  hand({ stream }: OpenLedger): ErasingHand {
    return {
      prepare: async (order) => {
        await this.#snapshots?.discard();
        await this.pending.note(order);
      },
      readBodies: (records) => this.#readBodies(stream, records),
      eraseBodies: (records) => this.pending.eraseBodies(records),
      eraseTokens: async (records) => {
        await this.pending.eraseTokens(records);
      },
    };
  }

  async #readBodies(stream: string, records: readonly EnteredRecord[]) {
    const bodies: ReturnType<typeof bodiesIn> = new Map();
    const wanted = new Set(records.map(({ record }) => record));
    for (const revision of new Set(records.map((one) => one.revision))) {
      for (const [record, row] of bodiesIn(await this.#store.readSegments(stream, revision, revision)))
        if (wanted.has(record)) bodies.set(record, row);
    }
    return bodies;
  }
}
