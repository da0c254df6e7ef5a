/**
 * Whether two ascending lists have a number in common. Two tokenised values are at most one edit apart if the numbers of the
 * whole value and of its one-character deletions do.
 */
export function intersect(one: readonly number[], other: readonly number[]): boolean {
  let [a, b] = [0, 0];
  while (a < one.length && b < other.length) {
    const difference = (one[a] as number) - (other[b] as number); // below length
    if (difference === 0) return true;
    if (difference < 0) a += 1;
    else b += 1;
  }
  return false;
}
