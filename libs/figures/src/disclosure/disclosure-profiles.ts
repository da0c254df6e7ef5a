import type { Bounds } from '@kinledger/disclosure';
import type { CountColumn, CountColumns } from '../count-columns.js';

/** A rule of disclosure control, as SQL: what a reader is shown of a count. Versions stay, like those of figures. */
export interface DisclosureProfile {
  readonly id: string;
  readonly version: number;
  /** What it does, in one sentence for people. */
  readonly rule: string;
  /** SQL of what is shown of a protected count; null where it is suppressed. */
  readonly shown: (count: string) => string;
  /** Whether counts that all tables of a release give away together are made safe when a quarter closes. */
  readonly remedied: boolean;
  /** Whether a count of nobody is suppressed like a small one: tables then have a row for every scope, with and without people. */
  readonly hidesNobody: boolean;
  /** What a reader who knows the rule knows of a count that is shown so; null is suppressed. */
  readonly known: (shown: number | null) => Bounds;
  /** A mean, or what else is measured of several people together, is shown of at least so many. */
  readonly fewestOfMean: number;
  /** What such a reader knows of a count that is suppressed although the rule would show it. */
  readonly knownBeside: Bounds;
}

/**
 * NHS Digital's rule by analogy (domain §5): 1 to 7 are suppressed, other counts are rounded to the nearest 5, and sums are of
 * rounded parts, suppressed where a part is. 0 stays. Means are of 8 people or more. The rule looks at each count alone.
 */
const nhs2018: DisclosureProfile = {
  id: 'nhs-2018',
  version: 1,
  rule: '1 to 7 are suppressed, other counts are rounded to the nearest 5, and 0 stays.',
  remedied: false,
  hidesNobody: false,
  fewestOfMean: 8,
  known: (shown) => {
    if (shown === null) return { low: 1, high: 7 };
    return shown === 0 ? { low: 0, high: 0 } : { low: Math.max(8, shown - 2), high: shown + 2 };
  },
  knownBeside: { low: 8, high: Infinity },
  shown: (count) =>
    `CASE WHEN ${count} = 0 THEN 0 WHEN ${count} BETWEEN 1 AND 7 THEN NULL ELSE 5 * round(${count} / 5.0)::int END`,
};

/**
 * The threshold of trusted research environments such as UK LLC’s: no count below 10 leaves, zero included, because that
 * nobody of a group is somewhere says something of each of its members. What is 10 or more is rounded to the nearest 5,
 * which the threshold alone does not ask for: exact sums would give small counts back.
 */
const threshold10WithZero: DisclosureProfile = {
  id: 'threshold-10-with-zero',
  version: 1,
  rule: '0 to 9 are suppressed, and other counts are rounded to the nearest 5.',
  remedied: false,
  hidesNobody: true,
  fewestOfMean: 10,
  known: (shown) =>
    shown === null ? { low: 0, high: 9 } : { low: Math.max(10, shown - 2), high: shown + 2 },
  knownBeside: { low: 10, high: Infinity },
  shown: (count) => `CASE WHEN ${count} < 10 THEN NULL ELSE 5 * round(${count} / 5.0)::int END`,
};

/** The rules that a programme definition may name: of each, the first version, which looks at each count alone. */
export const cellRules: readonly DisclosureProfile[] = [nhs2018, threshold10WithZero];

/** Version 2 of each: what the tables of a quarter give away together is suppressed or withheld as well. */
const remedied = cellRules.map((rule): DisclosureProfile => ({ ...rule, version: 2, remedied: true }));

/** Every version of every profile. */
export const disclosureProfiles: readonly DisclosureProfile[] = [...cellRules, ...remedied];

/** By the rule that a programme definition names, the profile that its quarters are closed with now. */
export const profilesInForce: ReadonlyMap<string, DisclosureProfile> = new Map(
  remedied.map((profile) => [profile.id, profile]),
);

/** The profile that a quarter is closed with where the definition names no rule. */
export const profileInForce: DisclosureProfile = profilesInForce.get(nhs2018.id) ?? nhs2018;

/** SQL of what a profile shows of each column, of a table whose columns have these names. */
export function shownColumns(
  { shown, fewestOfMean }: DisclosureProfile,
  columns: CountColumns,
  quoted: (name: string) => string,
): readonly string[] {
  const of = (name: string, column: CountColumn): string => {
    switch (column.disclosure) {
      case 'protected':
        return shown(quoted(name));
      case 'computed again':
        if (column.sumOf === undefined) throw new Error(`column ${name} does not say what it is the sum of`);
        return column.sumOf.map((part) => `(${shown(quoted(part))})`).join(' + ');
      case 'mean':
        if (column.meanOf === undefined) throw new Error(`column ${name} does not say what it is a mean of`);
        return `CASE WHEN ${column.meanOf.map((of) => `${quoted(of)} >= ${fewestOfMean}`).join(' AND ')} THEN ${quoted(name)} END`;
      case 'open':
        return quoted(name);
      default:
        return column.disclosure satisfies never;
    }
  };
  return Object.entries(columns).map(([name, column]) => of(name, column));
}
