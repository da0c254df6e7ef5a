type Write<Item> = (items: readonly Item[]) => Promise<void>;

const MAX_WAITING = 1_000;

/**
 * Changes of one sort that wait to be written in one statement, to save a round trip per row. Adjacent changes of the
 * same sort share a statement, whatever their order; a change of another sort first writes those that wait.
 */
export class Batch {
  #write: Write<never> | undefined;
  #items: unknown[] = [];

  /**
   * @param write determines the sort of the change: the same function each time.
   * @returns a promise to await if other changes had to be written first.
   */
  add<Item>(write: Write<Item>, item: Item): Promise<void> | undefined {
    if (this.#write === write && this.#items.length < MAX_WAITING) {
      this.#items.push(item);
      return undefined;
    }
    const before = this.flush();
    this.#write = write;
    this.#items = [item];
    return before;
  }

  /** Adds many items. */
  async addAll<Item>(write: Write<Item>, items: readonly Item[]): Promise<void> {
    for (const item of items) await this.add(write, item);
  }

  /** Writes the waiting changes. */
  flush(): Promise<void> | undefined {
    const write = this.#write;
    const items = this.#items;
    if (write === undefined) return undefined;
    this.#write = undefined;
    this.#items = [];
    return write(items as never[]); // they were added together with this very function
  }
}
