import { parsePeriod, type Period } from '@kinledger/domain';

/**
 * Which files a figure of a period is based on. Only `files-received` allows a count of 0: the reach of a service that
 * sent nothing is unknown.
 *
 * - `files-received`: a live file of attendance covers the period, or part of it.
 * - `no-attendance-file`: live files cover the period, but none says who attended.
 * - `no-files`: no live file covers the period.
 * - `activity-only`: the service reports activity, not people.
 */
export const coverages = ['files-received', 'no-attendance-file', 'no-files', 'activity-only'] as const;
export type Coverage = (typeof coverages)[number];

/** The live files (linked and not withdrawn) of one dataset and period, as one entry. */
export interface ReceivedFiles {
  readonly service: string;
  /** `engagement` for a dataset of attendance. */
  readonly dataType: string;
  readonly extractKind: string;
  /** Canonical code of the period. */
  readonly period: string;
}

/** Data type of datasets of attendance. */
const ATTENDANCE = 'engagement';

/** The files that cover the period, or the lifetime if it is undefined. */
export const filesOf = (
  files: readonly ReceivedFiles[],
  period: Pick<Period, 'start' | 'end'> | undefined,
): readonly ReceivedFiles[] => files.filter((file) => covers(file, period));

/**
 * A file covers the periods that its own overlaps; one with all attendance so far also covers everything before its
 * end.
 */
function covers(file: ReceivedFiles, asked: Pick<Period, 'start' | 'end'> | undefined): boolean {
  if (asked === undefined) return true;
  const sent = parsePeriod(file.period);
  if (sent === undefined || asked.start >= sent.end) return false;
  const holdsAllSoFar = file.extractKind === 'cumulative' && file.dataType === ATTENDANCE;
  return holdsAllSoFar || sent.start < asked.end;
}

/**
 * @param files the files that cover the period.
 * @param dataType of the datasets that the figure reads. A figure of others than attendance is of files of its own type or of none.
 */
export function coverageOfService(
  service: { readonly service: string; readonly individualBeneficiaries: boolean },
  files: readonly ReceivedFiles[],
  dataType: string = ATTENDANCE,
): Coverage {
  const ofAttendance = dataType === ATTENDANCE;
  if (ofAttendance && !service.individualBeneficiaries) return 'activity-only';
  const own = files.filter((file) => file.service === service.service);
  if (own.some((file) => file.dataType === dataType)) return 'files-received';
  return own.length > 0 && ofAttendance ? 'no-attendance-file' : 'no-files';
}

/** The coverage of several services together: the best one. */
export const coverageOfAll = (parts: readonly Coverage[]): Coverage =>
  coverages.find((coverage) => parts.includes(coverage)) ?? 'no-files';

/** A figure whose counts are null if unknown or suppressed. */
export type Covered<Figure> = {
  readonly [Key in keyof Figure]: Figure[Key] extends number | null ? number | null : Figure[Key];
} & {
  readonly coverage: Coverage;
  /** The counts that are null because disclosure control suppresses them; all other null ones are unknown. */
  readonly suppressed: string[];
};

/**
 * Replaces 0 by null if no file of attendance covers the period. Counts from another period’s file stay, and so does what
 * is suppressed, which is null already.
 */
export function covered<Figure extends object>(figure: Figure, coverage: Coverage): Covered<Figure> {
  const entries = Object.entries(figure);
  const counted = entries.some(([, value]) => value === null || (typeof value === 'number' && value !== 0));
  const known = coverage === 'files-received' || counted;
  const counts = entries.map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' && !known ? null : value,
  ]);
  const suppressed = known ? entries.flatMap(([name, value]) => (value === null ? [name] : [])) : [];
  // The same members as before, except that numbers may have become null.
  return { ...Object.fromEntries(counts), coverage, suppressed } as Covered<Figure>;
}

/** How a suppressed count is shown wherever people read it. */
export const SUPPRESSED = '[c]';
