import type { reachByDeprivation } from '../reach/reach-by-deprivation.js';
import type { reachColumns, reachColumns1 } from '../reach/reach-columns.js';

/**
 * How counts of one column in the parts of a scope bear on the scope’s. `distinct`: of people or families who may be in
 * several parts, so that the whole is at least each part and at most their sum. `additive`: of rows, so that parts add up to
 * the whole. `at most the sum`: nobody counts in the whole who counts in no part. `at least each part`: whoever counts in a
 * part counts in the whole.
 */
export type AcrossScopes = 'distinct' | 'additive' | 'at most the sum' | 'at least each part';

/**
 * What a reader knows of the counts of a figure together, because of what they count. It is beside the figure, whose
 * columns a closed quarter names by their digest.
 */
export interface FigureRelations {
  /** Of every column that disclosure control protects; several columns together, joined by +, may be distinct too. */
  readonly acrossScopes: Readonly<Record<string, AcrossScopes>>;
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

/** Every protected column has to say how it bears on others. */
type Classified<Columns> = FigureRelations & {
  readonly acrossScopes: Readonly<
    Record<
      {
        [Name in keyof Columns]: Columns[Name] extends { disclosure: 'protected' } ? Name : never;
      }[keyof Columns],
      AcrossScopes
    >
  >;
};

const reach1 = {
  acrossScopes: {
    children: 'distinct',
    adults: 'distinct',
    families: 'distinct',
    individuals: 'distinct',
    // A child whose carer comes to a part came itself to no part if it did not come to the whole; it may have come to another part.
    childrenThroughCarerOnly: 'at most the sum',
    workforce: 'distinct',
    unlinkable: 'additive',
    referred: 'additive',
    // More parts may show more people behind one individual, even where each part shows one. All people behind individuals
    // are distinct.
    indistinct: 'at least each part',
    'individuals+indistinct': 'distinct',
    anonymous: 'additive',
    byBirthDateAlone: 'distinct',
  },
  within: [
    ['children', 'individuals'],
    ['adults', 'individuals'],
    ['families', 'individuals'],
    ['byBirthDateAlone', 'individuals'],
  ],
  covered: [{ column: 'individuals', by: ['children', 'adults'] }],
} as const satisfies Classified<typeof reachColumns1>;

const reach = {
  ...reach1,
  acrossScopes: { ...reach1.acrossScopes, familyUnknown: 'distinct' },
  within: [...reach1.within, ['familyUnknown', 'individuals']],
} as const satisfies Classified<typeof reachColumns>;

const deprivation: Classified<(typeof reachByDeprivation)['columns']> = {
  acrossScopes: { children: 'distinct', adults: 'distinct', families: 'distinct' },
  within: [],
  covered: [{ column: 'families', by: ['children', 'adults'] }],
  // Every individual has one residence, or none that is known; a family may live in several places.
  breaksDown: { figure: 'reach@2', additive: ['children', 'adults'], distinct: ['families'] },
};
const deprivation1: typeof deprivation = {
  ...deprivation,
  breaksDown: { figure: 'reach@1', additive: ['children', 'adults'], distinct: ['families'] },
};

/** By figure and version. */
export const figureRelations: Readonly<Record<string, FigureRelations>> = {
  'reach@1': reach1,
  'reach@2': reach,
  'reach-by-deprivation@1': deprivation1,
  'reach-by-deprivation@2': deprivation,
};
