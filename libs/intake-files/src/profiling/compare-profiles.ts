import { headerKey } from '@kinledger/programme/definition';
import type { FileProfile, ProfileFinding } from './file-profile.js';

/** A finding in the earlier profile, in the later one, or in both. */
export interface FindingSince {
  /** Title of the column; undefined for a finding about the file. */
  readonly title: string | undefined;
  readonly code: string;
  readonly before: number;
  readonly now: number;
  readonly message: string;
}

/** What changed between two profiles of a dataset, such as before and after a correction. */
export interface ProfileComparison {
  readonly rows: { readonly before: number; readonly now: number };
  /** Titles that only one of them has. */
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  readonly otherKinds: readonly { readonly title: string; readonly before: string; readonly now: string }[];
  /** Gone or fewer first, then unchanged, then more or new. */
  readonly findings: readonly FindingSince[];
}

type FindingThen = Pick<ProfileFinding, 'cells' | 'message'> & { readonly code: string };

/** What of an earlier profile a comparison needs; it may have been stored as JSON, by an earlier release. */
export interface EarlierProfile {
  readonly rows: number;
  readonly findings: readonly FindingThen[];
  readonly columns: readonly {
    readonly title: string;
    readonly kind: string;
    readonly findings: readonly FindingThen[];
  }[];
}

/** Compares profiles by the titles of their columns, so that columns may have been moved. */
export function compareProfiles(before: EarlierProfile, now: FileProfile): ProfileComparison {
  const earlier = byTitle(before.columns);
  const later = byTitle(now.columns);
  return {
    rows: { before: before.rows, now: now.rows },
    addedColumns: titlesMissing(later, earlier),
    removedColumns: titlesMissing(earlier, later),
    otherKinds: [...later].flatMap(([key, { title, kind }]) => {
      const was = earlier.get(key)?.kind;
      return was === undefined || was === kind ? [] : [{ title, before: was, now: kind }];
    }),
    findings: [
      ...since(undefined, before.findings, now.findings),
      ...[...new Set([...earlier.keys(), ...later.keys()])].flatMap((key) => {
        const then = earlier.get(key);
        const present = later.get(key);
        return since(present?.title ?? then?.title, then?.findings ?? [], present?.findings ?? []);
      }),
    ].sort((one, other) => one.now - one.before - (other.now - other.before)),
  };
}

/** Columns by the key of their title; of several with one title, the first. */
function byTitle<T extends { readonly title: string }>(columns: readonly T[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const column of columns) {
    const key = headerKey(column.title);
    if (!found.has(key)) found.set(key, column);
  }
  return found;
}

const titlesMissing = (
  columns: ReadonlyMap<string, { readonly title: string }>,
  from: ReadonlyMap<string, unknown>,
): readonly string[] => [...columns].flatMap(([key, { title }]) => (from.has(key) ? [] : [title]));

function since(
  title: string | undefined,
  before: readonly FindingThen[],
  now: readonly FindingThen[],
): FindingSince[] {
  const codes = new Set([...before, ...now].map(({ code }) => code));
  return [...codes].map((code) => {
    const then = before.find((finding) => finding.code === code);
    const present = now.find((finding) => finding.code === code);
    return {
      title,
      code,
      before: then?.cells ?? 0,
      now: present?.cells ?? 0,
      message: present?.message ?? then?.message ?? '',
    };
  });
}
