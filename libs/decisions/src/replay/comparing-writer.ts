import { ledgerContracts, type LedgerEvent } from '@kinledger/contracts';
import { canonicalJson } from '@kinledger/domain';
import type { DecisionWriter, WrittenEvent } from '../decision-writer.js';
import type { RecordedEvent } from './recorded-decision.js';

/** Where a decision that is made again first differs from the ledger. */
export interface Difference {
  readonly revision: number;
  /** What the ledger has; absent where it has nothing more. */
  readonly recorded: LedgerEvent | undefined;
  /** What the recorded inputs give; absent where they give nothing more. */
  readonly recomputed: LedgerEvent | undefined;
}

/** Compares what is decided again with what the ledger has, and goes on from what the ledger has. It stores nothing. */
export class ComparingWriter implements DecisionWriter {
  readonly isFull = false;
  /** What was decided again, where it is kept. */
  readonly recomputed: LedgerEvent[] = [];
  #difference: Difference | undefined;
  #taken = 0;
  readonly #recorded: readonly RecordedEvent[];
  readonly #keeps: boolean;

  /** @param keeps whether all that is decided again is kept, to find out what explains a difference. */
  constructor(recorded: readonly RecordedEvent[], keeps: boolean) {
    this.#recorded = recorded;
    this.#keeps = keeps;
  }

  /** The first difference, once nothing more comes. */
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

/** Whether an event of an earlier version says, brought up to date, what is decided now. */
function isEarlierForm({ stored, event }: RecordedEvent, now: LedgerEvent): boolean {
  const written = JSON.parse(Buffer.from(stored.bytes).toString('utf8')) as { readonly version: number };
  if (written.version === ledgerContracts[event.type].version) return false;
  const said = ({ id, type, revision, time, cause, data }: LedgerEvent) =>
    canonicalJson({ id, type, revision, time, cause, data });
  return said(event) === said(now);
}
