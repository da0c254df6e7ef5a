import {
  causeOfCommand,
  type CommandData,
  type Erasure,
  type ProviderId,
  type RecordId,
} from '@kinledger/contracts';
import { ERASURE_CAUSE, type ProgrammeLedger } from '@kinledger/decisions';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import type { EnteredRecord } from '@kinledger/event-store';
import type { Erasures } from '../erasures/erasures.js';

/** A line of the list that is not completely executed. */
export interface PendingErasure {
  readonly kind: 'erasure';
  /**
   * The cause from the command that the line names; without one, `erasure:` and the SHA-256 of the line's canonical
   * JSON.
   */
  readonly cause: string;
  readonly time: string;
  readonly basis: string;
  readonly by: string | undefined;
  /** Provider for which the account asked. */
  readonly organisation: ProviderId | undefined;
  /** Its records that are in the ledger and not erased. */
  readonly records: readonly RecordId[];
}

/** How far the list is executed. */
export interface ErasureStanding {
  /** Number of lines, all of which are executed for the records that the ledger has. */
  readonly lines: number;
  /** Number of listed records that the ledger does not have: they are erased when they arrive. */
  readonly unknown: number;
}

const MAX_RECORDS_AT_ONCE = 2_000;

/** Compares the list of erasures with a ledger: every listed record that the ledger has must be erased. */
export class PendingErasures {
  /** The list and revision at the last check without pending erasures: while neither changes, nothing is pending. */
  #nothingFor: { readonly listed: unknown; readonly revision: number } | undefined;
  readonly #erasures: Erasures;
  readonly #stream: string;
  readonly #onStanding: (standing: ErasureStanding) => void;

  constructor(erasures: Erasures, stream: string, onStanding: (standing: ErasureStanding) => void) {
    this.#erasures = erasures;
    this.#stream = stream;
    this.#onStanding = onStanding;
  }

  /**
   * Deletes the bodies of all records that are erased in the ledger, in case a crash came between event and deletion.
   */
  async sweep(ledger: ProgrammeLedger): Promise<void> {
    const { erased } = ledger;
    for (let from = 0; from < erased.length; from += MAX_RECORDS_AT_ONCE) {
      await this.eraseBodies(ledger.entered(erased.slice(from, from + MAX_RECORDS_AT_ONCE)));
    }
  }

  eraseBodies(records: readonly EnteredRecord[]): Promise<void> {
    return this.#erasures.eraseBodies(this.#stream, records);
  }

  /**
   * Adds a command's records to the list, so that they are erased again after the ledger is restored from a backup.
   * Idempotent.
   */
  async note(
    { id, reason, askedBy, time }: CommandData<'erase-records' | 'erase-person'>,
    records: readonly RecordId[],
  ): Promise<void> {
    const { erasures } = await this.#erasures.list();
    // The records of a person may be more than one line holds.
    if (erasures.some(({ command, records: [first] }) => command === id && first === records[0])) return;
    await this.#erasures.append({
      ...{ stream: this.#stream, basis: reason, records: [...records], erasedAt: time },
      ...{ command: id, by: askedBy.person },
      ...(askedBy.organisation === undefined ? {} : { organisation: askedBy.organisation }),
    });
  }

  /**
   * The next erasure to decide. An interrupted erasure comes first, but an interrupted submission comes before any.
   * @param begun cause of the interrupted decision at the ledger's end, if there is one.
   */
  async next(ledger: ProgrammeLedger, begun: string | undefined): Promise<PendingErasure | undefined> {
    const listed = await this.#erasures.list();
    const nothingFor = this.#nothingFor;
    if (nothingFor?.listed === listed && nothingFor.revision === ledger.nextRevision) return undefined;
    const its = listed.erasures.filter(({ stream }) => stream === this.#stream);
    for (const erasure of its) {
      const records = ledger.engine.erasable(erasure.records);
      if (records.length === 0) continue;
      const pending = pendingOf(erasure, records);
      if (begun === undefined || begun === pending.cause) return pending;
    }
    if (begun !== undefined) return undefined;
    this.#nothingFor = { listed, revision: ledger.nextRevision };
    const named = new Set(its.flatMap(({ records }) => records));
    const erased = new Set(ledger.erased);
    this.#onStanding({ lines: listed.lines, unknown: named.difference(erased).size });
    return undefined;
  }
}

const pendingOf = (erasure: Erasure, records: readonly RecordId[]): PendingErasure => ({
  kind: 'erasure',
  cause:
    erasure.command === undefined
      ? `${ERASURE_CAUSE}${sha256Hex(canonicalJson(erasure))}`
      : causeOfCommand(erasure.command),
  time: erasure.erasedAt,
  basis: erasure.basis,
  by: erasure.by,
  organisation: erasure.organisation,
  records,
});
