import type { LinkRecords } from '../reading/records.js';

const CHILD = 1;
const ADULT = 2;

/** By source and role: how many records. */
export type RoleCounts = readonly (readonly number[])[];

export function roleCounts({ sourceStarts, strata: roles }: LinkRecords): RoleCounts {
  return sourceStarts.slice(1).map((end, source) => {
    const counts = [0, 0, 0];
    for (let record = sourceStarts[source] ?? 0; record < end; record++) {
      const role = roles[record] as number;
      counts[role] = (counts[role] ?? 0) + 1;
    }
    return counts;
  });
}

/** Whether no record has a role. */
export const rolesUnknown = (counts: RoleCounts): boolean =>
  counts.every((source) => source[CHILD] === 0 && source[ADULT] === 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

/** How many records of a stratum could have a match in it. */
export function recordsOfStratum(counts: RoleCounts, stratum: number, unique: readonly boolean[]): number {
  const ofStratum = counts.map((roles) => roles[stratum] ?? 0);
  if (unique.length < 2 || !unique.every(Boolean)) return sum(ofStratum);
  // Each has its match in the other file, where one of unknown role may be of any.
  if (stratum === 0) return Math.min(sum(ofStratum), ...counts.map(sum));
  return Math.min(...ofStratum);
}

/** All pairs of a stratum that could be of one person, compared or not: none within a source that holds nobody twice. */
export function pairsOfStratum(counts: RoleCounts, stratum: number, unique: readonly boolean[]): number {
  const within = (roles: readonly number[]): number => {
    const some = roles[stratum] ?? 0;
    const pairs = (some * (some - 1)) / 2;
    return stratum === 0 ? pairs + some * (sum(roles) - some) : pairs;
  };
  const all = [0, CHILD, ADULT].map((role) => sum(counts.map((roles) => roles[role] ?? 0)));
  const left = counts.filter((_, source) => unique[source] === true).map(within);
  return Math.max(1, within(all) - sum(left));
}
