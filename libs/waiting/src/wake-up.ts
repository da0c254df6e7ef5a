/** What ends a wait without a call. */
export interface WaitLimits {
  /** Without it, or where it is infinite, only a call or the signal ends the wait. */
  readonly ms?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets loops sleep until there may be something to do. A call is a hint: never the truth, only a reason to look. One that
 * comes while the loop is awake is not lost.
 *
 * A loop that has the wake-up to itself uses `wait`. Several loops may share one: each reads `count` before it looks, and
 * then waits `after` that count.
 */
export class WakeUp {
  #count = 0;
  /** Calls that `wait` has answered. */
  #heeded = 0;
  readonly #waiting = new Set<() => void>();

  /** Calls so far. */
  get count(): number {
    return this.#count;
  }

  call(): void {
    this.#count += 1;
    for (const resolve of [...this.#waiting]) resolve();
  }

  /** Resolves at the first call since the last wait, at once where there was one, or at a limit. */
  async wait(limits: WaitLimits = {}): Promise<void> {
    await this.after(this.#heeded, limits);
    this.quiet();
  }

  /** Resolves once there were more than `seen` calls, or at a limit. */
  after(seen: number, { ms = Number.POSITIVE_INFINITY, signal }: WaitLimits = {}): Promise<void> {
    if (this.#count > seen || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting;
      const timer = Number.isFinite(ms) ? setTimeout(done, ms) : undefined;
      function done() {
        clearTimeout(timer);
        waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }

  /** Forgets the calls so far: what they told of is about to be looked at. */
  quiet(): void {
    this.#heeded = this.#count;
  }
}
