import { hasRarities, RARITIES, strata, type StratumEvidence } from '@kinledger/kin';
import { orderOf } from '../reading/record-ids.js';
import type { LinkRecords } from '../reading/records.js';
import type { DerivedValues } from '../values/value-table.js';
import { comparisonOf, pairRule, type ComparedRecords } from './compared-records.js';
import type { StratumPatterns } from './patterns-of-stratum.js';
import { randomPairs } from './random-pairs.js';
import { pairsOfStratum, recordsOfStratum, roleCounts, rolesUnknown } from './stratum-sizes.js';
import { wholeAgreements } from './whole-agreements.js';

export interface StratumToExamine {
  readonly compared: ComparedRecords;
  /** Its number. */
  readonly stratum: number;
  readonly patterns: StratumPatterns;
}

/** What the pairs of a stratum show. */
export function evidenceOf({ compared, stratum, patterns }: StratumToExamine): StratumEvidence {
  const { records, ids, fields, values, rarities, unique } = compared;
  const counts = roleCounts(records);
  const mayPair = pairRule(compared);
  const ofStratum = (record: number) => (records.strata[record] as number) === stratum;
  const chosen = recordsToCount(records, stratum);
  const { drawn, levels } = randomPairs(
    comparisonOf(compared),
    records,
    chosen,
    stratum === 0 ? (a, b) => (ofStratum(a) || ofStratum(b)) && mayPair(a, b) : mayPair,
    orderOf(records, ids),
  );
  const exact = stratum !== 0 || rolesUnknown(counts);
  return {
    stratum: strata[stratum] ?? 'unknown',
    records: recordsOfStratum(counts, stratum, unique),
    pairs: pairsOfStratum(counts, stratum, unique),
    ...patterns,
    drawnLevels: levels,
    drawn,
    wholeAgreements: fields.map(({ kind, vocabulary }, field) => {
      if (!exact) return undefined;
      const { whole } = values[vocabulary] as DerivedValues;
      return wholeAgreements(records, chosen, field, kind, { whole, rarity: rarities[field] }, unique);
    }),
    raritiesOfRecords: fields.map(({ kind }, field) =>
      hasRarities(kind)
        ? raritiesOfRecords(records, chosen, field, rarities[field] as Uint8Array)
        : undefined,
    ),
  };
}

/** Pairs of unknown role have one record of any role; all others are of two of the role. */
function recordsToCount({ count, strata: roles }: LinkRecords, stratum: number): Int32Array {
  const chosen = new Int32Array(count);
  let size = 0;
  for (let record = 0; record < count; record++)
    if (stratum === 0 || roles[record] === stratum) chosen[size++] = record;
  return chosen.subarray(0, size);
}

/** By rarity: the share of records whose value has it. */
function raritiesOfRecords(
  { data, stride }: LinkRecords,
  chosen: Int32Array,
  field: number,
  rarity: Uint8Array,
): Float64Array {
  const counts = new Float64Array(RARITIES + 1);
  let present = 0;
  for (let at = 0; at < chosen.length; at++) {
    const value = data[(chosen[at] as number) * stride + field] as number;
    if (value === 0) continue;
    present += 1;
    const found = rarity[value] as number;
    counts[found] = (counts[found] as number) + 1;
  }
  return counts.map((count) => count / Math.max(1, present));
}
