import { causeOfCommand, type Erasure, type ProviderId, type RecordId } from '@kinledger/contracts';
import {
  ERASURE_CAUSE,
  type CarerTokens,
  type ErasureOrder,
  type ProgrammeLedger,
} from '@kinledger/decisions';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import type { EnteredRecord, TokenCuts } from '@kinledger/event-store';
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
  /** Its carer tokens on records that are in the ledger and not erased, and that it has not taken yet. */
  readonly carerTokens: readonly CarerTokens[];
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
   * Deletes the bodies of all records that are erased in the ledger, and cuts out all tokens that are, in case a crash
   * came between event and deletion.
   * @returns whether tokens were cut out: who has read the ledger then holds what is erased, and must read it again.
   */
  async sweep(ledger: ProgrammeLedger): Promise<boolean> {
    const { erased } = ledger;
    for (let from = 0; from < erased.length; from += MAX_RECORDS_AT_ONCE) {
      await this.eraseBodies(ledger.entered(erased.slice(from, from + MAX_RECORDS_AT_ONCE)));
    }
    return (await this.eraseTokens(ledger.tokenCuts())) > 0;
  }

  eraseTokens(records: readonly TokenCuts[]): Promise<number> {
    return this.#erasures.eraseTokens(this.#stream, records);
  }

  eraseBodies(records: readonly EnteredRecord[]): Promise<void> {
    return this.#erasures.eraseBodies(this.#stream, records);
  }

  /**
   * Adds to the list what a command erases, so that they are erased again after the ledger is restored from a backup.
   * Idempotent.
   */
  async note({ command: { id, reason, askedBy, time }, ...named }: ErasureOrder): Promise<void> {
    const { erasures } = await this.#erasures.list();
    const what =
      'records' in named
        ? { records: [...named.records] }
        : { records: [], carerTokens: [...named.carerTokens] };
    // What is erased of a person may be more than one line holds.
    const first = firstOf(what);
    if (erasures.some((line) => line.command === id && firstOf(line) === first)) return;
    await this.#erasures.append({
      ...{ stream: this.#stream, basis: reason, ...what, erasedAt: time },
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
      const pending = pendingOf(erasure, ledger);
      if (pending.records.length + pending.carerTokens.length === 0) continue;
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

/** The first record that a line names. */
const firstOf = ({
  records: [record],
  carerTokens: [first] = [],
}: Pick<Erasure, 'records' | 'carerTokens'>) => record ?? first?.record;

function pendingOf(erasure: Erasure, ledger: ProgrammeLedger): PendingErasure {
  const cause =
    erasure.command === undefined
      ? `${ERASURE_CAUSE}${sha256Hex(canonicalJson(erasure))}`
      : causeOfCommand(erasure.command);
  const { engine } = ledger;
  return {
    kind: 'erasure',
    cause,
    time: erasure.erasedAt,
    basis: erasure.basis,
    by: erasure.by,
    organisation: erasure.organisation,
    records: engine.erasable(erasure.records),
    carerTokens: (erasure.carerTokens ?? []).filter(
      ({ record }) => engine.erasable([record]).length > 0 && !ledger.hasCutCarers(record, cause),
    ),
  };
}
