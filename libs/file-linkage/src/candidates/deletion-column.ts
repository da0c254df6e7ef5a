import { deletionsOf } from '@kinledger/derivations';
import type { FieldKind } from '@kinledger/kin';
import { EMPTY_HASH, hashWith } from '../values/hashes.js';
import { localLength, numberOfDerived, numberOfHash } from '../values/rungs-of-value.js';
import { sharedInts } from '../values/shared-arrays.js';
import { decode, type Texts } from '../values/text-table.js';
import type { DeletionColumn } from './key-entries.js';

export interface DeletionsToMake {
  readonly kind: FieldKind;
  readonly texts: Texts;
}

/** The deletions of the values of a field: of an email address those before the @, of all else those without spaces. */
export function deletionColumn({ kind, texts }: DeletionsToMake): DeletionColumn {
  const starts = sharedInts(texts.size + 2);
  let most = 0;
  for (let value = 1; value <= texts.size; value++) most += (texts.lengths[value] as number) + 1;
  const found = new Int32Array(most);
  let count = 0;
  for (let value = 1; value <= texts.size; value++) {
    starts[value] = count;
    const from = texts.starts[value] as number;
    count = writeDeletions(kind, texts.bytes, from, from + (texts.lengths[value] as number), found, count);
  }
  starts[texts.size + 1] = count;
  const deletions = sharedInts(count);
  deletions.set(found.subarray(0, count));
  return { starts, deletions };
}

const SHORTEST = 3;
const LONGEST = 63;
const SPACE = 32;
const letters = new Uint8Array(LONGEST + 1);
/** By letter: the hash of those before it. */
const before = new Int32Array(LONGEST + 1);

/**
 * Writes the numbers of the deletions of a value. Of short ASCII text, which nearly all values are, they are hashed without
 * being made.
 * @returns how many numbers there are then.
 */
function writeDeletions(
  kind: FieldKind,
  bytes: Uint8Array,
  from: number,
  until: number,
  into: Int32Array,
  written: number,
): number {
  const end = kind === 'email' ? from + localLength(bytes, from, until) : until;
  let length = 0;
  for (let at = from; at < end && length <= LONGEST; at++) {
    const byte = bytes[at] as number;
    if (byte > 127) return writeDeletionsOfText(kind, decode(bytes, from, until), into, written);
    if (byte !== SPACE || kind === 'email') letters[length++] = byte;
  }
  if (length < SHORTEST || length > LONGEST)
    return writeDeletionsOfText(kind, decode(bytes, from, until), into, written);
  const rest = kind === 'email' ? end : until;
  const numberOf = (hash: number): number => {
    let whole = hash;
    for (let at = rest; at < until; at++) {
      const byte = bytes[at] as number;
      if (byte > 127) return -1;
      whole = hashWith(whole, byte);
    }
    return numberOfHash(whole);
  };
  let hash = EMPTY_HASH;
  for (let letter = 0; letter < length; letter++) {
    before[letter] = hash;
    hash = hashWith(hash, letters[letter] as number);
  }
  const whole = numberOf(hash);
  if (whole < 0) return writeDeletionsOfText(kind, decode(bytes, from, until), into, written);
  let count = written;
  into[count++] = whole;
  for (let missing = 0; missing < length; missing++) {
    // Two deletions of one value are the same only within a run of one letter.
    if (missing > 0 && letters[missing] === letters[missing - 1]) continue;
    hash = before[missing] as number;
    for (let letter = missing + 1; letter < length; letter++)
      hash = hashWith(hash, letters[letter] as number);
    into[count++] = numberOf(hash);
  }
  return count;
}

/** The same by {@link deletionsOf}, which says what the deletions of a value are. */
export function writeDeletionsOfText(
  kind: FieldKind,
  text: string,
  into: Int32Array,
  written: number,
): number {
  const local = kind === 'email' ? text.slice(0, Math.max(0, text.indexOf('@'))) : text.replaceAll(' ', '');
  const rest = kind === 'email' ? text.slice(local.length) : '';
  let count = written;
  for (const deletion of deletionsOf(local)) into[count++] = numberOfDerived(deletion + rest);
  return count;
}
