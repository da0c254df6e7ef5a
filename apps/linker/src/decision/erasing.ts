import { eraseRecords, type ErasingHand } from '@kinledger/decisions';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import type { Definitions } from './definitions.js';
import type { OpenLedger } from './open-ledger.js';
import type { PendingErasure, PendingErasures } from './pending-erasures.js';

/** Erases records of one open ledger, for the list of erasures and for commands. */
export class Erasing {
  readonly pending: PendingErasures;
  readonly #definitions: Definitions;
  readonly #snapshots: Pick<LedgerSnapshots, 'discard'> | undefined;

  constructor(
    pending: PendingErasures,
    definitions: Definitions,
    snapshots: Pick<LedgerSnapshots, 'discard'> | undefined,
  ) {
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
   * Records the erasure in the ledger first, then erases the bodies, so that a body is never missing without an event.
   */
  async erase(open: OpenLedger, erasure: PendingErasure, signal: AbortSignal): Promise<void> {
    await this.#snapshots?.discard();
    const { ledger } = open;
    await eraseRecords({ ledger, writer: open.writer(), signal }, erasure);
    open.requireWhole();
    await this.pending.eraseBodies(ledger.entered(erasure.records));
    open.announce();
  }

  /**
   * Erases on behalf of a command: deletes the snapshot and adds the command to the list before its event is written.
   */
  hand(): ErasingHand {
    return {
      prepare: async ({ command, records }) => {
        await this.#snapshots?.discard();
        await this.pending.note(command, records);
      },
      eraseBodies: (records) => this.pending.eraseBodies(records),
    };
  }
}
