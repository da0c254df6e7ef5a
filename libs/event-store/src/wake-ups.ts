/** A hint that events may have been appended: never the truth, only a reason to look. */
export class WakeUps {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Hints so far. Read it before looking, so that no hint falls between the look and the wait. */
  get count(): number {
    return this.#count;
  }

  wake(): void {
    this.#count += 1;
    for (const resolve of [...this.#waiting]) resolve();
  }

  /** Resolves once there were more than `seen` hints, the signal aborts, or `atMostMs` have passed. */
  after(seen: number, signal: AbortSignal, atMostMs?: number): Promise<void> {
    if (this.#count > seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = atMostMs === undefined ? undefined : setTimeout(done, atMostMs);
      const waiting = this.#waiting;
      function done() {
        clearTimeout(timer);
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      }
      waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
