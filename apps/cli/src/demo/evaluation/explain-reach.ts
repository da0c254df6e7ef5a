import { accountForReach, type CountedRow, type ReachAccount } from './account-for-reach.js';
import type { QualifyingRecord } from './qualifying-records.js';
import type { ReachedRow } from './reach-by-group.js';
import type { TruePerson } from './truth.js';

/** Why the programme's reach of a quarter differs from the truth. */
export type ReachExplained = Readonly<Record<'children' | 'adults' | 'families', ReachAccount>>;

const roles = { children: 'child', adults: 'adult' } as const;

/**
 * Traces every row that truly makes somebody count as reached to its outcome.
 * @param records all that the figure counts.
 */
export function explainReach(
  reached: readonly ReachedRow[],
  records: Iterable<QualifyingRecord>,
  people: ReadonlyMap<string, TruePerson>,
): ReachExplained {
  const rows = { children: [] as CountedRow[], adults: [] as CountedRow[], families: [] as CountedRow[] };
  for (const { person, role, found } of reached) {
    for (const kind of ['children', 'adults'] as const) {
      if (role === roles[kind]) rows[kind].push(outcomeOf(person, found, countedAs(found, roles[kind])));
    }
    rows.families.push(outcomeOf(people.get(person)?.family ?? person, found, familyCounted(found)));
  }
  const all = [...records];
  const counted = (of: (record: QualifyingRecord) => string | undefined): ReadonlySet<string> =>
    new Set(all.map(of).filter((whom) => whom !== undefined));
  return {
    children: accountForReach(
      rows.children,
      counted((record) => countedAs(record, 'child')),
    ),
    adults: accountForReach(
      rows.adults,
      counted((record) => countedAs(record, 'adult')),
    ),
    families: accountForReach(rows.families, counted(familyCounted)),
  };
}

const countedAs = (record: QualifyingRecord | undefined, role: 'child' | 'adult'): string | undefined =>
  record?.role === role ? record.individual : undefined;

const familyCounted = (record: QualifyingRecord | undefined): string | undefined =>
  record?.role === 'child' || record?.role === 'adult' ? record.family : undefined;

const outcomeOf = (
  truly: string,
  record: QualifyingRecord | undefined,
  counted: string | undefined,
): CountedRow => ({
  truly,
  counted,
  because: record === undefined ? 'refused' : record.state === 'linked' ? 'elsewhere' : record.state,
});
