import { hash } from 'node:crypto';

/** A seeded random generator: the same seed gives the same sequence. */
export class Random {
  #drawn = 0;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A whole number from `from` to `to`, inclusive. */
  between(from: number, to: number): number {
    this.#drawn += 1;
    const number = Number.parseInt(hash('sha256', `${this.#seed} ${this.#drawn}`).slice(0, 12), 16);
    return from + (number % (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** All items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items];
    const mixed: T[] = [];
    while (left.length > 0) mixed.push(...left.splice(this.between(0, left.length - 1), 1));
    return mixed;
  }
}
