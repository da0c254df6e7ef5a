/** What is owed by who sends. */
export interface LeastRate {
  readonly bytesPerSecond: number;
  /** For how long a sender may be silent, or in all be behind the rate. */
  readonly patienceMs: number;
}

/**
 * Whether a sender keeps the least rate. Only the time that we wait for it counts, not what we take to store its rows;
 * bytes make up for time that was lost, and cannot be saved up.
 */
export class Pace {
  #behindMs = 0;
  readonly #rate: LeastRate;

  constructor(rate: LeastRate) {
    this.#rate = rate;
  }

  /** Resolves with what arrives, or false when the sender has fallen too far behind. */
  async waitFor<T extends object>(arrival: Promise<T>): Promise<T | false> {
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      // After a stand-still of this process, what arrived meanwhile comes first.
      const giveUp = () => setImmediate(() => resolve(false));
      timer = setTimeout(giveUp, Math.max(0, this.#rate.patienceMs - this.#behindMs));
    });
    try {
      return await Promise.race([arrival, late]);
    } finally {
      clearTimeout(timer);
      this.#behindMs += performance.now() - began;
    }
  }

  received(bytes: number): void {
    this.#behindMs = Math.max(0, this.#behindMs - (bytes / this.#rate.bytesPerSecond) * 1000);
  }
}
