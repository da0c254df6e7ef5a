import type { Archive, Archived } from './archive.js';
import { keyOfGround, type Ground } from './ground.js';
import { NONE } from './typed-column.js';

/** Numbers the distinct grounds from 0. */
export class GroundTable implements Archived {
  readonly #grounds: Ground[] = [];
  readonly #numbers = new Map<string, number>();

  async passThrough(archive: Archive): Promise<void> {
    const grounds = [...(await archive.json(this.#grounds))];
    this.#grounds.length = 0;
    this.#numbers.clear();
    for (const ground of grounds) this.intern(ground);
  }

  intern(ground: Ground): number {
    const key = keyOfGround(ground);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#grounds.length);
    return this.#grounds.push(ground) - 1;
  }

  /** The number of a ground; NONE if it was never interned. */
  find(ground: Ground): number {
    return this.#numbers.get(keyOfGround(ground)) ?? NONE;
  }
}
