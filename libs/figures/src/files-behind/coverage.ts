import { parsePeriod, type Period } from '@kinledger/domain';

/**
 * What stands behind a figure of a period. Only `files-received` makes a nought of it: from a service that sent nothing
 * we do not know whom it reached.
 *
 * - `files-received`: a file of attendance stands for the period, or for a part of it.
 * - `no-attendance-file`: files stand for the period, and none says who attended.
 * - `no-files`: nothing stands for the period.
 * - `activity-only`: the service reports activity, not people.
 */
export const coverages = ['files-received', 'no-attendance-file', 'no-files', 'activity-only'] as const;
export type Coverage = (typeof coverages)[number];

/** Files of one dataset and period that stand: linked and not withdrawn. However many there are, they are one entry. */
export interface ReceivedFiles {
  readonly service: string;
  /** `engagement` for a dataset that says who attended. */
  readonly dataType: string;
  readonly extractKind: string;
  /** Canonical code. */
  readonly period: string;
}

/** Data type of the datasets that say who attended. */
const ATTENDANCE = 'engagement';

/** Files that say something of the period: of lifetime where it is undefined. */
export const filesOf = (
  files: readonly ReceivedFiles[],
  period: Period | undefined,
): readonly ReceivedFiles[] => files.filter((file) => covers(file, period));

/** A file covers what its own period overlaps; one that holds all attendance so far, everything before its end too. */
function covers(file: ReceivedFiles, asked: Period | undefined): boolean {
  if (asked === undefined) return true;
  const sent = parsePeriod(file.period);
  if (sent === undefined || asked.start >= sent.end) return false;
  const holdsAllSoFar = file.extractKind === 'cumulative' && file.dataType === ATTENDANCE;
  return holdsAllSoFar || sent.start < asked.end;
}

/** @param files those that cover the period. */
export function coverageOfService(
  service: { readonly service: string; readonly individualBeneficiaries: boolean },
  files: readonly ReceivedFiles[],
): Coverage {
  if (!service.individualBeneficiaries) return 'activity-only';
  const own = files.filter((file) => file.service === service.service);
  if (own.some(({ dataType }) => dataType === ATTENDANCE)) return 'files-received';
  return own.length > 0 ? 'no-attendance-file' : 'no-files';
}

/** The coverage of several services together: the best of theirs. */
export const coverageOfAll = (parts: readonly Coverage[]): Coverage =>
  coverages.find((coverage) => parts.includes(coverage)) ?? 'no-files';

/** A figure whose counts are null where nothing is known of them. */
export type Covered<Figure> = {
  readonly [Key in keyof Figure]: Figure[Key] extends number ? number | null : Figure[Key];
} & { readonly coverage: Coverage };

/** Takes away noughts that no file stands behind. Rows that came in another period’s file are counted all the same. */
export function covered<Figure extends object>(figure: Figure, coverage: Coverage): Covered<Figure> {
  const counted = Object.values(figure).some((value) => typeof value === 'number' && value !== 0);
  const known = coverage === 'files-received' || counted;
  const entries = Object.entries(figure).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' && !known ? null : value,
  ]);
  // The same members as before, of which numbers alone may have become null.
  return { ...Object.fromEntries(entries), coverage } as Covered<Figure>;
}
