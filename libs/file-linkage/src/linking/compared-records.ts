import { Comparison, type ComparedField } from '@kinledger/kin';
import type { RecordIds } from '../reading/record-ids.js';
import { AFTER_VALUES, type LinkRecords } from '../reading/records.js';
import { valueTableOf, type DerivedValues } from '../values/value-table.js';
import type { FieldToCompare } from './read-files.js';

/** All that comparing records takes, in a form that threads share. */
export interface ComparedRecords {
  readonly records: LinkRecords;
  readonly ids: RecordIds;
  readonly fields: readonly FieldToCompare[];
  /** By vocabulary. */
  readonly values: readonly DerivedValues[];
  /** By field: how rare each value is, where the kind has rarities. */
  readonly rarities: readonly (Uint8Array | undefined)[];
  /** By source: whether it holds nobody twice. */
  readonly unique: readonly boolean[];
}

export function comparisonOf({ records, fields, values, rarities }: ComparedRecords): Comparison {
  const tables = values.map(valueTableOf);
  return new Comparison(
    fields.map(({ name, kind, vocabulary }, field): ComparedField => {
      const rarity = rarities[field];
      const table = tables[vocabulary];
      if (table === undefined) throw new Error(`the values of ${name} were not numbered`);
      const signatureSlot = records.signatureSlots[field] ?? -1;
      return {
        ...{ name, kind, slot: field, values: table },
        ...(rarity === undefined ? {} : { rarity }),
        ...(signatureSlot < 0 ? {} : { signatureSlot }),
      };
    }),
  );
}

/** The stratum in which a pair is estimated: the role of both; unknown if they differ. */
export const stratumOf = ({ strata }: LinkRecords, a: number, b: number): number => {
  const role = strata[a] as number;
  return role === strata[b] ? role : 0;
};

/**
 * Whether two records could be one person: not of a child and an adult, and not both of a source that holds nobody
 * twice.
 */
export function pairRule({
  records,
  unique,
}: Pick<ComparedRecords, 'records' | 'unique'>): (a: number, b: number) => boolean {
  const { data, stride, strata } = records;
  const origin = records.fields + AFTER_VALUES.origin;
  const alone = Int32Array.from(unique, Number);
  return (a, b) => {
    const roleOfA = strata[a] as number;
    const roleOfB = strata[b] as number;
    if (roleOfA !== roleOfB && roleOfA !== 0 && roleOfB !== 0) return false;
    const source = data[a * stride + origin] as number;
    return alone[source] !== 1 || source !== data[b * stride + origin];
  };
}
