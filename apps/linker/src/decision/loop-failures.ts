import { isHalt, ledgerUnreadable, type Halt } from '@kinledger/decisions';
import { isEventIdReused, isSegmentDiffers, isStoreUnreachable } from '@kinledger/event-store';
import { pauseAfter } from '@kinledger/waiting';

const LONGEST_PAUSE_MS = 10_000;
const STORE_PAUSE_MS = 1_000;
/** How often the same refusal may occur at the same position before the loop halts for a person to investigate. */
const PATIENCE = 3;

/** Counts consecutive failures of the loop at the same position of the ledger. */
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

  /** Counts a failure. @returns the error to halt with if a retry cannot help. */
  haltBy(error: unknown): Halt | undefined {
    this.#count += 1;
    if (isHalt(error)) return error;
    const stubborn = isEventIdReused(error) || isSegmentDiffers(error);
    return stubborn && this.#count >= PATIENCE ? ledgerUnreadable(error.message) : undefined;
  }

  /**
   * The pause before the next attempt; short for an unreachable store, so that the loop resumes soon after it is back.
   */
  pauseAfter(error: unknown): number {
    const ms = pauseAfter(this.#count, { firstMs: this.#firstPauseMs, longestMs: LONGEST_PAUSE_MS });
    return isStoreUnreachable(error) ? Math.min(ms, STORE_PAUSE_MS) : ms;
  }
}
