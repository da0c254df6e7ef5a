/** The minimum rate of a sender. */
export interface LeastRate {
  readonly bytesPerSecond: number;
  /** How long a sender may be silent, or behind the rate in total. */
  readonly patienceMs: number;
}

/**
 * Measures whether a sender keeps the minimum rate. Only the time spent waiting for it counts, not the time to store
 * its rows; bytes make up for lost time, but cannot be saved up.
 */
export class Pace {
  #behindMs = 0;
  readonly #rate: LeastRate;

  constructor(rate: LeastRate) {
    this.#rate = rate;
  }

  /** Resolves with what arrives, or with false if the sender has fallen too far behind or the signal aborts first. */
  async waitFor<T extends object>(arrival: Promise<T>, signal: AbortSignal): Promise<T | false> {
    const began = performance.now();
    const { promise: late, resolve } = Promise.withResolvers<false>();
    // If this process was stalled, data that arrived meanwhile takes precedence over the timer.
    const giveUp = () => setImmediate(() => resolve(false));
    const timer = setTimeout(giveUp, Math.max(0, this.#rate.patienceMs - this.#behindMs));
    signal.addEventListener('abort', giveUp);
    try {
      return await Promise.race([arrival, late]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#behindMs += performance.now() - began;
    }
  }

  received(bytes: number): void {
    this.#behindMs = Math.max(0, this.#behindMs - (bytes / this.#rate.bytesPerSecond) * 1000);
  }
}
