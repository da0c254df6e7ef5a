import type { OneEdit } from './compared-field.js';

/** The sets of deletions of many values, one after the other: those of value `v` stand from `starts[v]` to `starts[v + 1]`. */
export interface DeletionColumn {
  readonly starts: Int32Array;
  /** Sorted within a value. */
  readonly deletions: Int32Array;
}

/**
 * One edit between tokens: two values are at most one edit apart if their sets of the whole value and its one-character
 * deletions intersect.
 */
export class DeletionSets implements OneEdit {
  readonly #whole: DeletionColumn;
  readonly #local: DeletionColumn | undefined;

  constructor(whole: DeletionColumn, local?: DeletionColumn) {
    this.#whole = whole;
    this.#local = local;
  }

  within(first: number, second: number): boolean {
    return intersect(this.#whole, first, second);
  }

  localWithin(first: number, second: number): boolean {
    return this.#local !== undefined && intersect(this.#local, first, second);
  }
}

function intersect({ starts, deletions }: DeletionColumn, first: number, second: number): boolean {
  let a = starts[first] as number;
  let b = starts[second] as number;
  const endOfA = starts[first + 1] as number;
  const endOfB = starts[second + 1] as number;
  while (a < endOfA && b < endOfB) {
    const difference = (deletions[a] as number) - (deletions[b] as number);
    if (difference === 0) return true;
    if (difference < 0) a += 1;
    else b += 1;
  }
  return false;
}
