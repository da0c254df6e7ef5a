/** Lets a loop sleep until there may be something to do. A call that comes before the wait is not lost. */
export class WakeUp {
  #called = false;
  #ring: (() => void) | undefined;

  call(): void {
    this.#called = true;
    this.#ring?.();
  }

  /** Resolves at the next call, after `ms` at the latest, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#called && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#ring = done;
        signal.addEventListener('abort', done);
      });
      this.#ring = undefined;
    }
    this.#called = false;
  }
}
