/** Words that are said often, as numbers. */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];

  numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  /** @param number which `numberOf` gave. */
  wordOf(number: number): string {
    return this.#words[number] ?? '';
  }
}
