import { frequencyTable, type CountedField, type FrequencyTable, type ValueCount } from '@kinledger/kin';
import type { LinkageRecord } from '../partition.js';
import { plainTokensOf } from '../tokens-of-row.js';
import { channels } from './channels.js';
import { rareFields } from './name-rarity.js';

/**
 * How common the names of rows of people are. How many people have a name is not known without linkage: as many are counted
 * as its rows have different birth dates, so that twenty rows of one person are no twenty people.
 */
export function nameFrequenciesOf(people: readonly LinkageRecord[]): FrequencyTable {
  const fields = rareFields.flatMap(({ field, derivation }): (readonly [string, CountedField])[] => {
    const holders = new Map<string, { rows: number; readonly births: Set<string> }>();
    let known: string | undefined;
    for (const row of people) {
      const { birthDate } = plainTokensOf(row, channels);
      for (const { derivation: name, domain, tokens } of row.derived ?? []) {
        if (name !== derivation) continue;
        known ??= domain;
        for (const token of tokens) {
          const held = holders.get(token) ?? { rows: 0, births: new Set() };
          holders.set(token, held);
          held.rows += 1;
          if (birthDate !== undefined) held.births.add(birthDate);
        }
      }
    }
    if (known === undefined) return [];
    const counts = new Map<string, ValueCount>(
      [...holders].map(([token, { rows, births }]) => [token, { rows, people: births.size }]),
    );
    return [[field, { domain: known, counts }]];
  });
  return frequencyTable(Object.fromEntries(fields));
}
