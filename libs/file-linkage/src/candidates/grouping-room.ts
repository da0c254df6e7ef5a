/**
 * Arrays that a thread uses again for each key that it groups: a million records would else take new pages of memory for each.
 * What stands in them is left from the last use.
 */
export class GroupingRoom {
  readonly #arrays = new Map<string, Int32Array>();

  /** An array of so many integers at least. It is the same array each time that this name is asked for. */
  ints(name: string, length: number): Int32Array {
    const known = this.#arrays.get(name);
    if (known !== undefined && known.length >= length) return known;
    const made = new Int32Array(length);
    this.#arrays.set(name, made);
    return made;
  }

  /** The same with what it holds. */
  grown(name: string, length: number): Int32Array {
    const before = this.#arrays.get(name);
    const larger = this.ints(name, length);
    if (before !== undefined && before !== larger) larger.set(before);
    return larger;
  }
}
