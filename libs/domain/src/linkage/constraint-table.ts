import { passMapThrough, type Archive, type Archived } from './archive.js';

/** A person's decision about two rows. */
export type Constraint = 'never-link' | 'link';

/** A person's decision about two rows, named by the numbers of their row keys; `null` revokes the earlier decision. */
export interface ConstraintChange {
  readonly keys: readonly [number, number];
  readonly constraint: Constraint | null;
}

const none: ReadonlyMap<number, Constraint> = new Map();

/** The people's decisions in force, by row key. They are few, because each is made by hand. */
export class ConstraintTable implements Archived {
  readonly #partners = new Map<number, Map<number, Constraint>>();

  async passThrough(archive: Archive): Promise<void> {
    const pairs = new Map([...this.#partners].map(([key, partners]) => [key, [...partners]]));
    await passMapThrough(archive, pairs);
    this.#partners.clear();
    for (const [key, partners] of pairs) this.#partners.set(key, new Map(partners));
  }

  get isEmpty(): boolean {
    return this.#partners.size === 0;
  }

  /** The decisions that involve this key, by the other key. */
  partnersOf(key: number): ReadonlyMap<number, Constraint> {
    return this.#partners.get(key) ?? none;
  }

  change({ keys: [one, other], constraint }: ConstraintChange): void {
    if (one === other) return;
    this.#change(one, other, constraint);
    this.#change(other, one, constraint);
  }

  #change(key: number, partner: number, constraint: Constraint | null): void {
    const partners = this.#partners.get(key) ?? new Map<number, Constraint>();
    if (constraint === null) partners.delete(partner);
    else partners.set(partner, constraint);
    if (partners.size === 0) this.#partners.delete(key);
    else this.#partners.set(key, partners);
  }
}

/** The people's decisions as they will be after one more. */
export class ConstraintsAfter {
  readonly #table: ConstraintTable;
  readonly #change: ConstraintChange | null;

  constructor(table: ConstraintTable, change: ConstraintChange | null) {
    this.#table = table;
    this.#change = change;
  }

  get isEmpty(): boolean {
    return this.#change === null && this.#table.isEmpty;
  }

  /** The row keys that the new decision names. */
  get changedKeys(): readonly number[] {
    return this.#change?.keys ?? [];
  }

  partnersOf(key: number): ReadonlyMap<number, Constraint> {
    const before = this.#table.partnersOf(key);
    if (this.#change === null) return before;
    const { keys, constraint } = this.#change;
    const at = keys.indexOf(key);
    const partner = keys[1 - at];
    if (at === -1 || partner === undefined || partner === key) return before;
    const after = new Map(before);
    if (constraint === null) after.delete(partner);
    else after.set(partner, constraint);
    return after;
  }
}
