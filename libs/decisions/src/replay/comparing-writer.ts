import { ledgerContracts, type LedgerEvent } from '@kinledger/contracts';
import { canonicalJson } from '@kinledger/domain';
import type { DecisionWriter, WrittenEvent } from '../decision-writer.js';
import type { RecordedEvent } from './recorded-decision.js';

/** The first difference between a decision that is made again and the ledger. */
export interface Difference {
  readonly revision: number;
  /** The event in the ledger; undefined if the ledger's decision ends before. */
  readonly recorded: LedgerEvent | undefined;
  /** The event that follows from the recorded inputs; undefined if the new decision ends before. */
  readonly recomputed: LedgerEvent | undefined;
}

/** Compares a decision that is made again with the ledger, and continues from the ledger's events. Stores nothing. */
export class ComparingWriter implements DecisionWriter {
  readonly isFull = false;
  /** The events of the new decision, if they are kept. */
  readonly recomputed: LedgerEvent[] = [];
  #difference: Difference | undefined;
  #taken = 0;
  readonly #recorded: readonly RecordedEvent[];
  readonly #keeps: boolean;

  /** @param keeps whether the new decision's events are kept, to find an explanation of a difference. */
  constructor(recorded: readonly RecordedEvent[], keeps: boolean) {
    this.#recorded = recorded;
    this.#keeps = keeps;
  }

  /** The first difference, after all events were taken. */
  get difference(): Difference | undefined {
    const next = this.#recorded[this.#taken];
    if (this.#difference !== undefined || next === undefined) return this.#difference;
    return { revision: next.event.revision, recorded: next.event, recomputed: undefined };
  }

  take({ event, encoded }: WrittenEvent): LedgerEvent | undefined {
    const recorded = this.#recorded[this.#taken];
    this.#taken += 1;
    if (this.#keeps) this.recomputed.push(event);
    if (recorded === undefined) {
      const revision = (this.#recorded.at(-1)?.event.revision ?? event.revision - 1) + 1;
      this.#difference ??= { revision, recorded: undefined, recomputed: event };
      return undefined;
    }
    const isSame =
      Buffer.compare(recorded.stored.bytes, encoded.bytes) === 0 || isEarlierForm(recorded, event);
    if (!isSame) {
      this.#difference ??= { revision: recorded.event.revision, recorded: recorded.event, recomputed: event };
    }
    return recorded.event;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether an event of an earlier version, converted to the current one, equals the new decision's. */
function isEarlierForm({ stored, event }: RecordedEvent, now: LedgerEvent): boolean {
  const written = JSON.parse(Buffer.from(stored.bytes).toString('utf8')) as { readonly version: number };
  if (written.version === ledgerContracts[event.type].version) return false;
  const said = ({ id, type, revision, time, cause, data }: LedgerEvent) =>
    canonicalJson({ id, type, revision, time, cause, data });
  return said(event) === said(now);
}
