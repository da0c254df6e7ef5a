import { isHalt, ledgerUnreadable, type Halt } from '@kinledger/decisions';
import { isEventIdReused, isSegmentDiffers, isStoreUnreachable } from '@kinledger/event-store';
import { pauseAfter } from '@kinledger/waiting';

const LONGEST_PAUSE_MS = 10_000;
const STORE_PAUSE_MS = 1_000;
/** So often the same refusal may come at the same place before a person has to look. */
const PATIENCE = 3;

/** Remembers how often the loop failed at the same place of the ledger. */
export class LoopFailures {
  #count = 0;
  #place = -1;
  readonly #firstPauseMs: number;

  constructor(firstPauseMs: number) {
    this.#firstPauseMs = firstPauseMs;
  }

  reached(revision: number): void {
    if (revision === this.#place) return;
    this.#place = revision;
    this.#count = 0;
  }

  /** Counts a failure. @returns the error to halt with, where repeating cannot help. */
  haltBy(error: unknown): Halt | undefined {
    this.#count += 1;
    if (isHalt(error)) return error;
    const stubborn = isEventIdReused(error) || isSegmentDiffers(error);
    return stubborn && this.#count >= PATIENCE ? ledgerUnreadable(error.message) : undefined;
  }

  /** How long to wait before the next attempt. A store that is back should not have to wait for the loop. */
  pauseAfter(error: unknown): number {
    const ms = pauseAfter(this.#count, { firstMs: this.#firstPauseMs, longestMs: LONGEST_PAUSE_MS });
    return isStoreUnreachable(error) ? Math.min(ms, STORE_PAUSE_MS) : ms;
  }
}
