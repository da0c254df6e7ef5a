/**
 * Lets one loop sleep and others wake it. A ring while it is awake is kept, so that what happened between its last
 * look and its falling asleep is not slept through.
 */
export class Alarm {
  #rung = false;
  #wake: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Resolves after `ms`, or at once when the alarm rang since the last sleep. */
  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => undefined;
    }
    this.#rung = false;
  }

  /** Forgets a ring: what it told of is about to be looked at. */
  quiet(): void {
    this.#rung = false;
  }
}
