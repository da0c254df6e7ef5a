/** So many at once; the others wait for their turn, first come, first served. */
export class Places {
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly count: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.count) this.#taken += 1;
    // Whoever leaves hands over its place.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken -= 1;
      else next();
    }
  }
}
