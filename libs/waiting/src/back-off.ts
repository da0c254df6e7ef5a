/** How long a loop pauses after failures. Milliseconds. */
export interface BackOffSettings {
  /** The pause after the first failure; it doubles with each further one in a row. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The pause after so many failures in a row, from 1. Without jitter: few loops share a server. */
export const pauseAfter = (failures: number, { firstMs, longestMs }: BackOffSettings): number =>
  Math.min(longestMs, firstMs * 2 ** Math.max(0, Math.min(failures - 1, 30)));

/** Counts failures in a row for one loop. */
export class BackOff {
  #failures = 0;
  readonly #settings: BackOffSettings;

  constructor(settings: BackOffSettings) {
    this.#settings = settings;
  }

  /** Counts a failure. @returns how long to pause, in milliseconds. */
  failed(): number {
    this.#failures += 1;
    return pauseAfter(this.#failures, this.#settings);
  }

  /** The next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}
