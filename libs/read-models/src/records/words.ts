/** Stores frequent words as numbers. */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];

  numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  /** @param number returned by `numberOf`. */
  wordOf(number: number): string {
    return this.#words[number] ?? '';
  }
}
