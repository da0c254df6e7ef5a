type Write<Item> = (items: readonly Item[]) => Promise<void>;

const MAX_WAITING = 5_000;

/**
 * Changes of one sort that wait to be written in one statement: no round trip per row. Neighbouring changes of one sort
 * share a statement, whatever their order among themselves; a change of another sort writes what waits first.
 */
export class Batch {
  #write: Write<never> | undefined;
  #items: unknown[] = [];

  /**
   * @param write the sort of the change: the same function each time.
   * @returns what to wait for where others had to be written first.
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

  /** The same for many items. */
  async addAll<Item>(write: Write<Item>, items: readonly Item[]): Promise<void> {
    for (const item of items) await this.add(write, item);
  }

  /** Writes what waits. */
  flush(): Promise<void> | undefined {
    const write = this.#write;
    const items = this.#items;
    if (write === undefined) return undefined;
    this.#write = undefined;
    this.#items = [];
    return write(items as never[]); // they were added together with this very function
  }
}
