import type { DerivedColumn, ShownCounts } from '../count-columns.js';
import { intervalOfMean, intervalOfShare, type Interval, type Ratio } from './intervals.js';

/** Numbers of a row by column, or undefined where one of them is not shown. */
export function shownOf<Name extends string>(
  row: ShownCounts,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  const found = names.map((name) => [name, row[name]] as const);
  // One number per name.
  return found.every(([, value]) => typeof value === 'number')
    ? (Object.fromEntries(found) as Record<Name, number>)
    : undefined;
}

/** As many decimals as a reader can use; the same number on every machine. */
export const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

/** A share of 100, to a tenth. */
const percent = (share: number): number => rounded(share * 100, 1);

/** The columns of a share: in per cent, with both ends of its interval. */
export const shareColumns = <Name extends string>(
  name: Name,
  { part, whole, meaning }: { readonly part: string; readonly whole: string; readonly meaning: string },
) => {
  const of =
    (pick: (count: number, of: number) => number | undefined) =>
    (row: ShownCounts): number | null => {
      const shown = shownOf(row, [part, whole]);
      const [count = 0, all = 0] = [shown?.[part], shown?.[whole]];
      // Rounded by itself, a part may exceed its whole.
      const share = all > 0 ? pick(Math.min(count, all), all) : undefined;
      return share === undefined ? null : percent(share);
    };
  const end = (which: keyof Interval) => of((count, all) => intervalOfShare(count, all)?.[which]);
  return {
    [`${name}Percent`]: { unit: 'per cent', meaning, of: of((count, all) => count / all) },
    [`${name}PercentLow`]: {
      ...{ unit: 'per cent', meaning: `Lower end of the 95 % interval of ${name}Percent (Wilson).` },
      of: end('low'),
    },
    [`${name}PercentHigh`]: {
      ...{ unit: 'per cent', meaning: `Upper end of the 95 % interval of ${name}Percent (Wilson).` },
      of: end('high'),
    },
    // One column per name.
  } as Readonly<Record<`${Name}Percent` | `${Name}PercentLow` | `${Name}PercentHigh`, DerivedColumn>>;
};

/** Both ends of the interval of a mean. */
export const intervalColumns = <Name extends string>(
  name: Name,
  { mean, deviation, n }: { readonly mean: string; readonly deviation: string; readonly n: string },
) => {
  const end =
    (which: keyof Interval) =>
    (row: ShownCounts): number | null => {
      const shown = shownOf(row, [mean, deviation, n]);
      if (shown === undefined) return null;
      const interval = intervalOfMean(shown[mean] ?? 0, shown[deviation] ?? 0, shown[n] ?? 0);
      return interval === undefined ? null : rounded(interval[which], 3);
    };
  return {
    [`${name}Low`]: {
      ...{ unit: 'points', meaning: `Lower end of the 95 % interval of ${mean} (Student’s t).` },
      of: end('low'),
    },
    [`${name}High`]: {
      ...{ unit: 'points', meaning: `Upper end of the 95 % interval of ${mean} (Student’s t).` },
      of: end('high'),
    },
    // One column per name.
  } as Readonly<Record<`${Name}Low` | `${Name}High`, DerivedColumn>>;
};

/** A ratio with both ends of its interval. */
export const ratioColumns = <Name extends string>(
  name: Name,
  meaning: string,
  ratioOf: (row: ShownCounts) => Ratio | undefined,
) => {
  const part =
    (which: keyof Ratio) =>
    (row: ShownCounts): number | null => {
      const value = ratioOf(row)?.[which];
      return value === undefined || !Number.isFinite(value) ? null : rounded(value, 3);
    };
  return {
    [name]: { unit: 'ratio', meaning, of: part('ratio') },
    [`${name}Low`]: { unit: 'ratio', meaning: `Lower end of the 95 % interval of ${name}.`, of: part('low') },
    [`${name}High`]: {
      unit: 'ratio',
      meaning: `Upper end of the 95 % interval of ${name}.`,
      of: part('high'),
    },
    // One column per name.
  } as Readonly<Record<Name | `${Name}Low` | `${Name}High`, DerivedColumn>>;
};
