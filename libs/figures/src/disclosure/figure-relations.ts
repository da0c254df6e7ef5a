import type { dosage } from '../people/dosage.js';
import type { populationColumns } from '../people/population-reached.js';
import type { reachByArea } from '../people/reach-by-area.js';
import type { reachByCharacteristic } from '../people/reach-by-characteristic.js';
import type { reachByServicesUsed } from '../people/reach-by-services-used.js';
import type { newAndReturningColumns } from '../people/reach-new-and-returning.js';
import type { throughCarersColumns } from '../people/reach-through-carers.js';
import type { servicePairs, serviceSteps } from '../people/service-pairs.js';
import type { uncertaintyColumns } from '../people/reach-uncertainty.js';
import type { reachByDeprivation } from '../reach/reach-by-deprivation.js';
import type { reachColumns, reachColumns1 } from '../reach/reach-columns.js';

/**
 * How counts of one column in the parts of a scope bear on the scope’s. `distinct`: of people or families who may be in
 * several parts, so that the whole is at least each part and at most their sum. `additive`: of rows, so that parts add up to
 * the whole. `at most the sum`: nobody counts in the whole who counts in no part. `at least each part`: whoever counts in a
 * part counts in the whole. `separate`: a count of a scope says nothing of those of its parts.
 */
export type AcrossScopes = 'distinct' | 'additive' | 'at most the sum' | 'at least each part' | 'separate';

/**
 * What a reader knows of the counts of a figure together, because of what they count. It is beside the figure, whose
 * columns a closed quarter names by their digest.
 */
export interface FigureRelations {
  /** Of every column that disclosure control protects; several columns together, joined by +, may be distinct too. */
  readonly acrossScopes: Readonly<Record<string, AcrossScopes>>;
  /** Counts of a part of the people of another column; several columns, joined by +, of parts that have nobody in common. */
  readonly within: readonly (readonly [part: string, whole: string])[];
  /** Counts of people who are each in one of several other columns at least. */
  readonly covered: readonly { readonly column: string; readonly by: readonly string[] }[];
  /** A figure that this one breaks down: of which columns the counts add up, and of which each person may be in several. */
  readonly breaksDown?: {
    readonly figure: string;
    readonly additive: readonly string[];
    readonly distinct: readonly string[];
    /** Dimensions of which each value breaks the whole down again. */
    readonly apart?: readonly string[];
  };
  /** Columns that count until the period’s end, each with the column of who is new in the period: together they make up the next. */
  readonly cumulative?: Readonly<Record<string, string>>;
  /** A figure whose columns are sums of columns of this one, in every scope. */
  readonly addsUpTo?: {
    readonly figure: string;
    readonly sums: Readonly<Record<string, readonly string[]>>;
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
  acrossScopes: {
    ...reach1.acrossScopes,
    familyUnknown: 'distinct',
    relatedFamilies: 'distinct',
    // As with people behind individuals.
    joinedByScore: 'at least each part',
    'individuals+indistinct+joinedByScore': 'distinct',
  },
  within: [
    ...reach1.within,
    ['familyUnknown', 'individuals'],
    ['relatedFamilies', 'families'],
    // Everybody counted is of a family that is counted, or of none that is known.
    ['families+familyUnknown', 'individuals'],
  ],
} as const satisfies Classified<typeof reachColumns>;

/** The version of reach whose families are those of the second versions of other figures. */
const REACH = 'reach@2';

const deprivation: Classified<(typeof reachByDeprivation)['columns']> = {
  acrossScopes: { children: 'distinct', adults: 'distinct', families: 'distinct' },
  within: [],
  covered: [{ column: 'families', by: ['children', 'adults'] }],
  // Every individual has one residence, or none that is known; a family may live in several places.
  breaksDown: { figure: REACH, additive: ['children', 'adults'], distinct: ['families'] },
};

const newAndReturning: Classified<typeof newAndReturningColumns> = {
  acrossScopes: {
    // Who is new to the whole is new to the part that it came to; who is new to a part may have come to another one before.
    newChildren: 'at most the sum',
    newAdults: 'at most the sum',
    newIndividuals: 'at most the sum',
    newFamilies: 'at most the sum',
    returningChildren: 'at least each part',
    returningAdults: 'at least each part',
    returningIndividuals: 'at least each part',
    returningFamilies: 'at least each part',
    lifetimeChildren: 'distinct',
    lifetimeAdults: 'distinct',
    lifetimeIndividuals: 'distinct',
    lifetimeFamilies: 'distinct',
    unlinkable: 'additive',
    referred: 'additive',
  },
  within: [
    ['newFamilies', 'newIndividuals'],
    ['lifetimeFamilies', 'lifetimeIndividuals'],
  ],
  covered: [
    { column: 'newIndividuals', by: ['newChildren', 'newAdults'] },
    { column: 'lifetimeIndividuals', by: ['lifetimeChildren', 'lifetimeAdults'] },
  ],
  cumulative: {
    lifetimeChildren: 'newChildren',
    lifetimeAdults: 'newAdults',
    lifetimeIndividuals: 'newIndividuals',
    lifetimeFamilies: 'newFamilies',
  },
  addsUpTo: {
    figure: REACH,
    sums: {
      children: ['newChildren', 'returningChildren'],
      adults: ['newAdults', 'returningAdults'],
      individuals: ['newIndividuals', 'returningIndividuals'],
      families: ['newFamilies', 'returningFamilies'],
      unlinkable: ['unlinkable'],
      referred: ['referred'],
    },
  },
};

/** Figures by what is held of everybody: one answer in every scope. */
const byPeople: Classified<(typeof reachByArea)['columns']> = {
  acrossScopes: {
    ...{ children: 'distinct', adults: 'distinct', families: 'distinct' },
    ...{ unlinkable: 'additive', referred: 'additive' },
  },
  within: [],
  covered: [{ column: 'families', by: ['children', 'adults'] }],
  breaksDown: {
    figure: REACH,
    additive: ['children', 'adults', 'unlinkable', 'referred'],
    distinct: ['families'],
  },
};

const byCharacteristic: Classified<(typeof reachByCharacteristic)['columns']> = {
  acrossScopes: { children: 'distinct', adults: 'distinct', unlinkable: 'additive', referred: 'additive' },
  within: [],
  covered: [],
  breaksDown: {
    figure: REACH,
    additive: ['children', 'adults', 'unlinkable', 'referred'],
    distinct: [],
    apart: ['characteristic'],
  },
};

const throughCarers: Classified<typeof throughCarersColumns> = {
  acrossScopes: {
    // A child and its carer may have come to different parts.
    withCarer: 'at least each part',
    carerNotReached: 'at most the sum',
    noKnownCarer: 'distinct',
    throughCarerOnly: 'at most the sum',
  },
  within: [],
  covered: [],
  addsUpTo: {
    figure: REACH,
    sums: {
      children: ['withCarer', 'carerNotReached', 'noKnownCarer'],
      childrenThroughCarerOnly: ['throughCarerOnly'],
    },
  },
};

const servicesUsed: Classified<(typeof reachByServicesUsed)['columns']> = {
  // Who uses one service of each strand uses two of the programme.
  acrossScopes: { children: 'separate', adults: 'separate', individuals: 'separate', families: 'separate' },
  within: [
    ['children', 'individuals'],
    ['adults', 'individuals'],
  ],
  covered: [{ column: 'individuals', by: ['children', 'adults'] }],
  breaksDown: {
    figure: REACH,
    additive: ['children', 'adults', 'individuals', 'families'],
    distinct: [],
  },
};

/** Lists of the commonest, in which a pair that is missing may be rare or nobody’s: no release may have them with these. */
const pairs: Classified<(typeof servicePairs)['columns']> = {
  acrossScopes: { children: 'separate', adults: 'separate', individuals: 'separate', families: 'separate' },
  within: servicesUsed.within,
  covered: servicesUsed.covered,
};
const steps: Classified<(typeof serviceSteps)['columns']> = {
  ...pairs,
  acrossScopes: { ...pairs.acrossScopes, onOneDay: 'separate' },
  within: [...pairs.within, ['onOneDay', 'individuals']],
};

const sessions: Classified<(typeof dosage)['columns']> = {
  // It is of services alone.
  acrossScopes: {
    ...{
      children: 'separate',
      adults: 'separate',
      childrenInProgress: 'separate',
      adultsInProgress: 'separate',
    },
    ...{ unlinkable: 'separate', referred: 'separate' },
  },
  within: [
    ['childrenInProgress', 'children'],
    ['adultsInProgress', 'adults'],
  ],
  covered: [],
};

const population: Classified<typeof populationColumns> = {
  acrossScopes: {
    ...{ inPopulation: 'separate', reached: 'separate', notReached: 'separate' },
    ...{ beyondPopulation: 'separate', reachedOfUnknownAge: 'separate' },
  },
  within: [
    ['notReached', 'inPopulation'],
    ['beyondPopulation', 'reached'],
  ],
  covered: [],
};

/** The first version of a figure, whose families are those of the first version of reach. */
const first = ({ breaksDown, addsUpTo, ...rest }: FigureRelations): FigureRelations => ({
  ...rest,
  ...(breaksDown === undefined ? {} : { breaksDown: { ...breaksDown, figure: 'reach@1' } }),
  ...(addsUpTo === undefined ? {} : { addsUpTo: { ...addsUpTo, figure: 'reach@1' } }),
});

/** Bounds of each group: what one says follows from the others, and rows of nobody stand in each. */
const uncertainty: Classified<typeof uncertaintyColumns> = {
  acrossScopes: {
    ...{
      individuals: 'distinct',
      doubleCountingRemoved: 'at least each part',
      indistinct: 'at least each part',
    },
    ...{
      awaitingReview: 'at least each part',
      withoutIdentifier: 'distinct',
      joinedByScore: 'at least each part',
    },
    // Rows of nobody stand in the rows of scopes where somebody of the group was counted.
    ...{ unlinkable: 'separate', referred: 'separate', atLeast: 'separate', atMost: 'separate' },
  },
  within: [
    ['withoutIdentifier', 'individuals'],
    ['atLeast', 'individuals'],
    ['individuals', 'atMost'],
  ],
  covered: [],
};

/** By figure and version. */
export const figureRelations: Readonly<Record<string, FigureRelations>> = {
  'reach@1': reach1,
  'reach@2': reach,
  'reach-by-deprivation@1': first(deprivation),
  'reach-by-deprivation@2': deprivation,
  'reach-new-and-returning@1': first(newAndReturning),
  'reach-new-and-returning@2': newAndReturning,
  'reach-by-area@1': first(byPeople),
  'reach-by-area@2': byPeople,
  'reach-by-priority@1': first(byPeople),
  'reach-by-priority@2': byPeople,
  'reach-by-characteristic@1': byCharacteristic,
  'reach-through-carers@1': throughCarers,
  'reach-uncertainty@1': uncertainty,
  'reach-by-services-used@1': first(servicesUsed),
  'reach-by-services-used@2': servicesUsed,
  'service-pairs@1': pairs,
  'service-pairs@2': pairs,
  'service-steps@1': steps,
  'service-steps@2': steps,
  'dosage@1': sessions,
  'population-reached@1': population,
  'population-reached@2': population,
};
