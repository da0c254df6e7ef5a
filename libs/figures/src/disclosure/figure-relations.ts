import type { ReachColumn } from '../reach/reach-columns.js';

/**
 * What a reader knows of the counts of a figure together, because of what they count. It is beside the figure, whose
 * columns a closed quarter names by their digest.
 */
export interface FigureRelations {
  /** Counts of distinct people or families: one scope’s is at most that of any scope around it, and at most the sum of its parts’. */
  readonly distinct: readonly string[];
  /** Counts of rows: those of the parts of a scope add up to the scope’s. */
  readonly additive: readonly string[];
  /** Counts of a part of the people of another column. */
  readonly within: readonly (readonly [part: string, whole: string])[];
  /** Counts of people who are each in one of several other columns at least. */
  readonly covered: readonly { readonly column: string; readonly by: readonly string[] }[];
  /** A figure that this one breaks down: of which columns the counts add up, and of which each person may be in several. */
  readonly breaksDown?: {
    readonly figure: string;
    readonly additive: readonly string[];
    readonly distinct: readonly string[];
  };
}

const reach = {
  distinct: ['children', 'adults', 'families', 'individuals', 'workforce'],
  additive: ['unlinkable', 'referred', 'anonymous'],
  within: [
    ['children', 'individuals'],
    ['adults', 'individuals'],
    ['families', 'individuals'],
    ['byBirthDateAlone', 'individuals'],
  ],
  covered: [{ column: 'individuals', by: ['children', 'adults'] }],
} as const satisfies FigureRelations & {
  readonly distinct: readonly ReachColumn[];
  readonly additive: readonly ReachColumn[];
};

const reachByDeprivation: FigureRelations = {
  distinct: ['children', 'adults', 'families'],
  additive: [],
  within: [],
  covered: [{ column: 'families', by: ['children', 'adults'] }],
  // Every individual has one residence, or none that is known; a family may live in several places.
  breaksDown: { figure: 'reach@1', additive: ['children', 'adults'], distinct: ['families'] },
};

/** By figure and version. */
export const figureRelations: Readonly<Record<string, FigureRelations>> = {
  'reach@1': reach,
  'reach-by-deprivation@1': reachByDeprivation,
};
