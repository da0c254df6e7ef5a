import type { OneEdit } from './compared-field.js';

/** The canonical text of many values in one run of bytes. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  /** Where value `v` begins, and how many bytes it has. */
  readonly starts: Int32Array | Float64Array;
  readonly lengths: Int32Array | Uint16Array | Uint8Array;
  /** Of email addresses: the bytes before the @. */
  readonly localLengths?: Int32Array | Uint16Array | Uint8Array;
}

/** Shorter and longer values have no deletions: see `deletionsOf` of `@kinledger/derivations`. */
const SHORTEST_WITH_DELETIONS = 3;
const LONGEST_WITH_DELETIONS = 63;

/** One edit between values in the clear. Holds exactly where the whole values and their deletions intersect. */
export class EditedText implements OneEdit {
  readonly #text: TextColumn;

  constructor(text: TextColumn) {
    this.#text = text;
  }

  within(first: number, second: number): boolean {
    const { bytes, starts, lengths, localLengths } = this.#text;
    const [a, b] = [starts[first] as number, starts[second] as number];
    const [lengthA, lengthB] = [lengths[first] as number, lengths[second] as number];
    if (localLengths === undefined) return within(bytes, a, lengthA, b, lengthB);
    const [localA, localB] = [localLengths[first] as number, localLengths[second] as number];
    return (
      lengthA - localA === lengthB - localB &&
      same(bytes, a + localA, b + localB, lengthA - localA) &&
      within(bytes, a, localA, b, localB)
    );
  }

  localWithin(first: number, second: number): boolean {
    const { bytes, starts, localLengths } = this.#text;
    if (localLengths === undefined) return false;
    return within(
      bytes,
      starts[first] as number,
      localLengths[first] as number,
      starts[second] as number,
      localLengths[second] as number,
    );
  }
}

/**
 * Whether one text, or one of its one-character deletions, is the other or one of the other's: what is left between the
 * common beginning and the common end is at most one character on either side, or the same but for one character that moved.
 */
function within(bytes: Uint8Array, a: number, lengthA: number, b: number, lengthB: number): boolean {
  const difference = lengthA - lengthB;
  if (difference > 1 || difference < -1) return false;
  const [shorter, longer] = difference < 0 ? [lengthA, lengthB] : [lengthB, lengthA];
  if (longer < SHORTEST_WITH_DELETIONS || longer > LONGEST_WITH_DELETIONS)
    return difference === 0 && same(bytes, a, b, longer);
  let from = 0;
  while (from < shorter && bytes[a + from] === bytes[b + from]) from += 1;
  let endOfA = lengthA;
  let endOfB = lengthB;
  while (endOfA > from && endOfB > from && bytes[a + endOfA - 1] === bytes[b + endOfB - 1]) {
    endOfA -= 1;
    endOfB -= 1;
  }
  if (difference !== 0) return endOfA - from <= 1 && endOfB - from <= 1;
  const middle = endOfA - from;
  if (middle <= 1) return true;
  return same(bytes, a + from + 1, b + from, middle - 1) || same(bytes, a + from, b + from + 1, middle - 1);
}

function same(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}
