import { MAX_DERIVED_VALUES } from './derivation.js';
import { derivedValues } from './derived-values.js';

/** A shorter value has no deletions: too many others would have the same. */
const SHORTEST = 3;
/** Characters of two code units. */
const astral = /[\u{10000}-\u{10ffff}]/u;
/** A longer value would have more deletions than a row may have tokens. */
const LONGEST = MAX_DERIVED_VALUES - 1;

/**
 * A value and all values that lack one of its characters (code points). A value of fewer than three or more than 63
 * characters has itself only.
 *
 * For values of at most 63 characters, of which the longer has at least three, two sets intersect if and only if the
 * values have a common subsequence that lacks at most one character of the longer value. (A common member is such a
 * subsequence of both. A subsequence of that length is either the value itself or one of its deletions.) So they
 * intersect if the values are equal, or differ by one deletion, insertion or substitution, or by two adjacent
 * characters exchanged. They also intersect if one character was moved to another place: `anna` and `nana`. No other
 * values have sets that intersect.
 */
export function deletionsOf(value: string): readonly string[] {
  if (value === '') return [];
  const characters = astral.test(value) ? Array.from(value) : undefined;
  const length = characters?.length ?? value.length;
  if (length < SHORTEST || length > LONGEST) return [value];
  const found = [value];
  for (let at = 0; at < length; at += 1)
    found.push(
      characters === undefined
        ? value.slice(0, at) + value.slice(at + 1)
        : characters.toSpliced(at, 1).join(''),
    );
  return derivedValues(found);
}
