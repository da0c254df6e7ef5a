import type { DataType, PseudonymisedRow, RowKey, ServiceId, SubmissionId } from '@kinledger/contracts';
import type { FamilyScope } from '../decider.js';
import { keyOfGround } from '../ground.js';
import { familiesOf, type KinRecord } from '../families.js';
import { noConstraints, partition, recordKindOf, type LinkConstraints } from '../partition.js';
import type { Strategy } from '../strategy.js';
import type { Received } from './linkage-world.js';

/** A live record and the submission that carries it at the highest rank. */
export interface LiveRecord extends KinRecord {
  readonly from: SubmissionId;
}

/**
 * The live records by definition (architecture §4), directly from all submissions: slow, plain and independent of the
 * engine.
 */
export function liveRecords(
  received: Iterable<Received>,
  withdrawn: ReadonlySet<SubmissionId>,
  isErased: (submission: SubmissionId, rowKey: RowKey) => boolean = () => false,
  /** The tokens that are left of a row; as it came unless somebody says otherwise. */
  tokensLeft: (submission: SubmissionId, row: PseudonymisedRow) => PseudonymisedRow['tokens'] = (_, row) =>
    row.tokens,
): LiveRecord[] {
  const all = [...received];
  const replacedBy = (id: SubmissionId): SubmissionId[] =>
    all.filter(({ file }) => file.supersedes.includes(id)).map(({ file }) => file.submission);
  const superseded = (id: SubmissionId): boolean =>
    replacedBy(id).some((other) => !withdrawn.has(other) || superseded(other));
  const standing = all
    .filter(({ file }) => !withdrawn.has(file.submission) && !superseded(file.submission))
    .sort(
      (one, other) =>
        firstDay(one.file.period) - firstDay(other.file.period) || one.file.sequence - other.file.sequence,
    );
  const live = new Map<RowKey, { record: KinRecord; dataset: string; period: string; from: SubmissionId }>();
  for (const { file, rows, refused } of standing) {
    const [service, dataType] = file.dataset.split('.') as [ServiceId, DataType];
    if (file.extractKind !== 'delta') {
      for (const [key, { dataset, period }] of live)
        if (dataset === file.dataset && firstDay(period) < firstDay(file.period)) live.delete(key);
    }
    const seen = new Set<RowKey>();
    for (const row of rows) {
      const { rowKey, role, derived } = row;
      const tokens = tokensLeft(file.submission, row);
      if (seen.has(rowKey)) continue;
      seen.add(rowKey);
      const kind = recordKindOf(dataType, role);
      const record = { rowKey, role, tokens, derived, service, dataset: file.dataset, kind };
      live.set(rowKey, { record, dataset: file.dataset, period: file.period, from: file.submission });
    }
    for (const rowKey of refused) live.delete(rowKey);
  }
  return [...live]
    .filter(([rowKey, { from }]) => !isErased(from, rowKey))
    .map(([, { record, from }]) => ({ ...record, from }));
}

/**
 * Periods never begin on the same day: quarters begin in April, July, October and January, academic years in September.
 */
export function firstDay(period: string): number {
  const year = Number(period.slice(0, 4));
  const part = period.slice(8);
  return part === 'AY' ? Date.UTC(year, 8) : Date.UTC(year, 3 * Number(part.slice(1)));
}

/** The result of `partition` and `familiesOf` for a set, in the format of `LedgerReader.summary`. */
export function summaryOf(
  records: readonly LiveRecord[],
  familyScopes: readonly FamilyScope[],
  strategy: Strategy,
  constraints: LinkConstraints = noConstraints,
) {
  const result = partition(records, constraints, strategy);
  const { relationships, families } = familiesOf(records, result, familyScopes, strategy);
  const groupOf = new Map<RowKey, string>();
  const groups = result.groups.map(({ persons, facts }) => {
    const name = [...persons, ...facts].sort().join();
    for (const rowKey of [...persons, ...facts]) groupOf.set(rowKey, name);
    return name;
  });
  const named = (rowKey: RowKey): string => groupOf.get(rowKey) ?? '';
  return {
    groups: groups.sort(),
    carriers: records.map(({ rowKey, from }) => `${rowKey} ${from}`).sort(),
    setAside: result.setAside.map(({ rowKey, reason }) => `${rowKey} ${reason}`).sort(),
    referrals: result.referrals
      .map(({ referral, reason, ground }) => `${referral} ${reason} ${keyOfGround(ground)}`)
      .sort(),
    relationships: relationships
      .map(({ kind, rule, child, other }) => `${kind} ${rule}: ${named(child)} / ${named(other)}`)
      .sort(),
    families: families
      .map(({ scope, members, review }) => `${scope} ${review}: ${members.map(named).sort().join(' / ')}`)
      .sort(),
  };
}
