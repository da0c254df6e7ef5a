import { hasRarities, type FieldKind } from '@kinledger/kin';
import type { LinkRecords } from '../reading/records.js';

/**
 * How many of all pairs of some records agree on the whole value of a field, by level: counted, not estimated, because
 * agreement on a rare value is too rare for pairs drawn at random.
 * @param unique by source: whether it holds nobody twice, so that no pair within it counts.
 */
export function wholeAgreements(
  { data, stride, sourceStarts }: LinkRecords,
  chosen: Int32Array,
  field: number,
  kind: FieldKind,
  values: { readonly whole: Int32Array; readonly rarity: Uint8Array | undefined },
  unique: readonly boolean[],
): ReadonlyMap<number, number> {
  const { whole, rarity } = values;
  const counts = new Int32Array(whole.length);
  const ofSource = unique.map((is) => (is ? new Int32Array(whole.length) : undefined));
  const [ofFirst, ofSecond] = ofSource;
  const secondSource = sourceStarts[1] ?? Infinity;
  // An index, not an iterator: this runs once for each field of each record.
  for (let at = 0; at < chosen.length; at++) {
    const record = chosen[at] as number;
    const value = data[record * stride + field] as number;
    if (value === 0) continue;
    const number = whole[value] as number;
    counts[number] = (counts[number] as number) + 1;
    const own = record < secondSource ? ofFirst : ofSecond;
    if (own !== undefined) own[number] = (own[number] as number) + 1;
  }
  const found = new Map<number, number>();
  const ofRarity = hasRarities(kind) ? rarity : undefined;
  for (let value = 1; value < counts.length; value++) {
    const count = counts[value] as number;
    if (count === 0) continue;
    let pairs = pairsOf(count);
    for (const own of ofSource) if (own !== undefined) pairs -= pairsOf(own[value] as number);
    const level = ofRarity === undefined ? 1 : (ofRarity[value] as number);
    found.set(level, (found.get(level) ?? 0) + pairs);
  }
  return found;
}

const pairsOf = (records: number): number => (records * (records - 1)) / 2;
