import { hash } from 'node:crypto';

/** Purposes with separate random streams, so that an additional draw for one does not affect the others. */
export const purposes = {
  household: 1,
  contact: 2,
  enrolment: 3,
  case: 4,
  sessions: 5,
  style: 6,
  staff: 7,
  activity: 8,
  outcome: 9,
  volunteering: 10,
  reviews: 11,
  feedback: 12,
  score: 13,
} as const;
export type Purpose = keyof typeof purposes;

/** The 128 bits, made from the seed, from which every stream starts. */
export function rootOf(seed: number | string): Uint32Array {
  const bytes = hash('sha256', `kinledger-synthetic ${seed}`, 'buffer');
  return Uint32Array.from([0, 4, 8, 12], (offset) => bytes.readUInt32LE(offset));
}

/**
 * A small random generator: the same seed, purpose and index give the same numbers on every machine. xoshiro128** 1.1
 * by
 * David Blackman and Sebastiano Vigna (prng.di.unimi.it, public domain). Not for secrets.
 */
export class Random {
  #s0 = 1;
  #s1 = 2;
  #s2 = 3;
  #s3 = 4;
  readonly #root: Uint32Array;

  constructor(root: Uint32Array = rootOf(0)) {
    this.#root = root;
  }

  /** Starts from a state of four 32-bit words. */
  from(s0: number, s1: number, s2: number, s3: number): this {
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
    return this;
  }

  /** Moves to the stream of a purpose and an index, independently of earlier draws. */
  at(purpose: Purpose, index: number): this {
    const [a = 0, b = 0, c = 0, d = 0] = this.#root;
    const key = mix(mix(index) + Math.imul(purposes[purpose], 0x9e3779b9));
    // A state of zeros would stay zero; the constant word rules it out.
    return this.from(mix(a ^ key), mix(b + key), mix(c ^ mix(key)), mix(d + mix(key)) | 1);
  }

  /** Uniform over 0 to 2^32 − 1. */
  uint32(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }

  /** Uniform over [0, 1). */
  unit(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform over 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** Uniform over `low` to `high`, inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability. Always draws once, so that a probability of 0 does not shift later draws. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return list[this.below(list.length)] as T; // below(length) is a valid index
  }

  /** One of the values, with probability proportional to its weight. */
  weighted<T>(choices: Weighted<T>): T {
    let at = this.unit() * choices.total;
    for (const [value, weight] of choices.entries) {
      at -= weight;
      if (at < 0) return value;
    }
    return choices.last;
  }
}

export interface Weighted<T> {
  readonly entries: readonly (readonly [value: T, weight: number])[];
  readonly total: number;
  readonly last: T;
}

/** Prepares choices for {@link Random.weighted}. */
export function weighted<T>(...entries: readonly (readonly [value: T, weight: number])[]): Weighted<T> {
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError('nothing to choose from');
  return { entries, total: entries.reduce((sum, [, weight]) => sum + weight, 0), last: last[0] };
}

/** A number in [0, 1) for a number and a purpose of the caller’s, the same for every seed. */
export const unitOf = (number: number, purpose: number): number =>
  (mix(mix(number) + Math.imul(purpose, 0x9e3779b9)) >>> 0) / 4294967296;

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit affects every output bit. */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
