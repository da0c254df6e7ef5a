import { parsePeriod } from '@kinledger/domain';
import type { LoadedFiles } from '../demo-folder.js';
import { accountForReach, type CountedRow, type ReachAccount } from './account-for-reach.js';
import { qualifyingRecords, type QualifyingRecord } from './qualifying-records.js';
import { recordFinder } from './record-finder.js';
import { trueFamilies, trueRecords } from './truth.js';

/** Why the programme's reach of a quarter differs from the truth. */
export type ReachExplained = Readonly<Record<'children' | 'adults' | 'families', ReachAccount>>;

const roles = { children: 'child', adults: 'adult' } as const;

/**
 * Traces every row that truly makes somebody count as reached to its outcome. Needs the keys: see {@link recordFinder}.
 */
export async function explainReach(
  evaluation: { readonly platformUrl: string; readonly secretsDirectory: string },
  truthFolder: string,
  files: LoadedFiles,
  quarter: string,
): Promise<ReachExplained> {
  const period = parsePeriod(quarter);
  if (period === undefined) throw new Error(`${quarter} is no quarter`);
  const [records, recordOf, familyOf] = await Promise.all([
    qualifyingRecords(evaluation.platformUrl, period),
    recordFinder(evaluation.secretsDirectory, files),
    trueFamilies(truthFolder),
  ]);
  const rows = { children: [] as CountedRow[], adults: [] as CountedRow[], families: [] as CountedRow[] };
  for await (const row of trueRecords(truthFolder)) {
    if (row.reachedIn !== quarter) continue;
    const record = recordOf(row);
    const found = record === undefined ? undefined : records.get(record);
    for (const kind of ['children', 'adults'] as const) {
      if (row.role === roles[kind])
        rows[kind].push(outcomeOf(row.person, found, countedAs(found, roles[kind])));
    }
    rows.families.push(outcomeOf(familyOf.get(row.person) ?? row.person, found, familyCounted(found)));
  }
  const counted = (of: (record: QualifyingRecord) => string | undefined): ReadonlySet<string> =>
    new Set([...records.values()].map(of).filter((whom) => whom !== undefined));
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
