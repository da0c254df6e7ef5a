import type { Erasure, RecordId } from '@kinledger/contracts';
import { ERASURE_CAUSE, type ProgrammeLedger } from '@kinledger/decisions';
import { canonicalJson, ledgerEventOf, sha256Hex } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import type { Erasures } from '../erasures/erasures.js';

/** A line of the list that is not carried out, or not wholly. */
export interface PendingErasure {
  readonly kind: 'erasure';
  /** `erasure:` and the SHA-256 of the line's canonical JSON. */
  readonly cause: string;
  readonly time: string;
  readonly basis: string;
  /** Its records that are in the ledger and not erased. */
  readonly records: readonly RecordId[];
}

/** How far the list is carried out. */
export interface ErasureStanding {
  /** Lines of the list, all of which are carried out as far as the ledger has their records. */
  readonly lines: number;
  /** Records on it that the ledger does not have: they are erased when they come. */
  readonly unknown: number;
}

const MAX_RECORDS_AT_ONCE = 2_000;

/** The list of erasures against a ledger: every record on it that the ledger has is to be erased. */
export class PendingErasures {
  /** What was looked at last: while neither list nor ledger changes, nothing is pending. */
  private nothingFor: { readonly listed: unknown; readonly revision: number } | undefined;

  constructor(
    private readonly erasures: Erasures,
    private readonly store: EventStore,
    private readonly stream: string,
    private readonly onStanding: (standing: ErasureStanding) => void,
  ) {}

  /** Deletes the bodies of all records that the ledger calls erased: a crash may have come between the two. */
  async sweep({ erased }: ProgrammeLedger): Promise<void> {
    for (let from = 0; from < erased.length; from += MAX_RECORDS_AT_ONCE) {
      await this.eraseBodies(erased.slice(from, from + MAX_RECORDS_AT_ONCE));
    }
  }

  eraseBodies(records: readonly RecordId[]): Promise<void> {
    return this.erasures.eraseBodies(this.stream, records);
  }

  /**
   * The erasure to decide next. One that was interrupted comes first; an interrupted submission comes before any.
   * @param head revision of the stream's last event.
   */
  async next(ledger: ProgrammeLedger, head: number): Promise<PendingErasure | undefined> {
    const listed = await this.erasures.list();
    const { nothingFor } = this;
    if (nothingFor?.listed === listed && nothingFor.revision === ledger.nextRevision) return undefined;
    const its = listed.erasures.filter(({ stream }) => stream === this.stream);
    const begun = await this.begun(ledger, head);
    for (const erasure of its) {
      const records = ledger.engine.erasable(erasure.records);
      if (records.length === 0) continue;
      const pending = pendingOf(erasure, records);
      if (begun === undefined || begun === pending.cause) return pending;
    }
    if (begun !== undefined) return undefined;
    this.nothingFor = { listed, revision: ledger.nextRevision };
    const named = new Set(its.flatMap(({ records }) => records));
    const erased = new Set(ledger.erased);
    this.onStanding({ lines: listed.lines, unknown: named.difference(erased).size });
    return undefined;
  }

  /** Cause of the decision that was interrupted at the ledger's end, if one was. */
  private async begun(ledger: ProgrammeLedger, head: number): Promise<string | undefined> {
    if (head < ledger.nextRevision) return undefined;
    const [first] = await this.store.readPage(this.stream, ledger.nextRevision, 1);
    return first === undefined ? undefined : ledgerEventOf(first, this.stream).cause;
  }
}

const pendingOf = (erasure: Erasure, records: readonly RecordId[]): PendingErasure => ({
  kind: 'erasure',
  cause: `${ERASURE_CAUSE}${sha256Hex(canonicalJson(erasure))}`,
  time: erasure.erasedAt,
  basis: erasure.basis,
  records,
});
