import { hasRarities, type FieldKind } from '@kinledger/kin';
import type { LinkRecords } from '../reading/records.js';

/**
 * How many of all pairs of some records agree on the whole value of a field, by level: counted, not estimated, because
 * agreement on a rare value is too rare for pairs drawn at random.
 * @param across whether only pairs of two sources count.
 */
export function wholeAgreements(
  { data, stride, sourceStarts }: LinkRecords,
  chosen: Int32Array,
  field: number,
  kind: FieldKind,
  values: { readonly whole: Int32Array; readonly rarity: Uint8Array },
  across: boolean,
): ReadonlyMap<number, number> {
  const { whole, rarity } = values;
  const secondSource = sourceStarts[1] ?? Infinity;
  const counts = new Float64Array(whole.length);
  const ofFirstSource = new Float64Array(across ? whole.length : 0);
  for (const record of chosen) {
    const value = data[record * stride + field] as number;
    if (value === 0) continue;
    const number = whole[value] as number;
    counts[number] = (counts[number] as number) + 1;
    if (across && record < secondSource) ofFirstSource[number] = (ofFirstSource[number] as number) + 1;
  }
  const found = new Map<number, number>();
  const rare = hasRarities(kind);
  for (let value = 1; value < counts.length; value++) {
    const count = counts[value] as number;
    if (count === 0) continue;
    const first = across ? (ofFirstSource[value] as number) : 0;
    const pairs = across ? first * (count - first) : (count * (count - 1)) / 2;
    const level = rare ? (rarity[value] as number) : 1;
    found.set(level, (found.get(level) ?? 0) + pairs);
  }
  return found;
}
