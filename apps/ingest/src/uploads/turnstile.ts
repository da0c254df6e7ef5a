export interface Places {
  readonly total: number;
  /** Maximum number of places for one account. */
  readonly perAccount: number;
}

interface Waiting {
  readonly account: string;
  readonly admit: (entered: boolean) => void;
}

/**
 * Limits the number of uploads received at once, in total and per account; further ones wait, unread. A free place goes
 * to the account that has the fewest, and among those to the upload that has waited longest.
 */
export class Turnstile {
  #waiting: readonly Waiting[] = [];
  readonly #inside = new Map<string, number>();
  readonly #places: Places;
  readonly #patienceMs: number;

  constructor(places: Places, patienceMs: number) {
    this.#places = places;
    this.#patienceMs = patienceMs;
  }

  get occupied(): number {
    return [...this.#inside.values()].reduce((sum, places) => sum + places, 0);
  }

  /**
   * Resolves with true and a place, which the caller must release with `leave`; with false if none became free in time,
   * or before the signal aborted.
   */
  async enter(account: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    return new Promise((resolve) => {
      const giveUp = () => waiter.admit(false);
      const timer = setTimeout(giveUp, this.#patienceMs);
      const waiter: Waiting = {
        account,
        admit: (entered) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.#waiting = this.#waiting.filter((one) => one !== waiter);
          resolve(entered);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting = [...this.#waiting, waiter];
      this.#admitNext();
    });
  }

  /** Releases a place of the account. */
  leave(account: string): void {
    const left = this.#placesOf(account) - 1;
    if (left > 0) this.#inside.set(account, left);
    else this.#inside.delete(account);
    this.#admitNext();
  }

  #admitNext(): void {
    while (this.occupied < this.#places.total) {
      const next = this.#waiting
        .filter(({ account }) => this.#placesOf(account) < this.#places.perAccount)
        .reduce<Waiting | undefined>(
          (first, one) =>
            first === undefined || this.#placesOf(one.account) < this.#placesOf(first.account) ? one : first,
          undefined,
        );
      if (next === undefined) return;
      this.#inside.set(next.account, this.#placesOf(next.account) + 1);
      next.admit(true);
    }
  }

  #placesOf(account: string): number {
    return this.#inside.get(account) ?? 0;
  }
}
