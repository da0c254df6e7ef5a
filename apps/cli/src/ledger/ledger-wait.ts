/**
 * Reports that a command waits for the ledger, and why: when the wait begins, when the reason changes, and when it
 * ends.
 */
export class LedgerWait {
  #reason: string | undefined;
  readonly #tell: (text: string) => void;

  /** @param tell shows a line to the person who waits. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** @param reason why the ledger is unavailable; undefined if it is available. */
  told(reason: string | undefined): void {
    if (reason === this.#reason) return;
    const waited = this.#reason !== undefined;
    this.#reason = reason;
    if (reason !== undefined) this.#tell(`waiting for the ledger: ${reason}`);
    else if (waited) this.#tell('the ledger answers again');
  }
}
