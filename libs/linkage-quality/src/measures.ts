import type { JudgedSizes } from './judged-records.js';

/**
 * What a set of records adds to every measure. Each measure is a ratio of sums over records, so a measure of a subgroup
 * or of a resampled set of people needs only their sums. A pair counts half at either end.
 */
const terms = [
  'records',
  'setAside',
  /** Pairs that were linked and truly are of one person; that were linked; that truly are. */
  'rightPairs',
  'linkedPairs',
  'truePairs',
  /** B-cubed precision and recall of each record. */
  'precisionOfRecord',
  'recallOfRecord',
  /** People and individuals of records that were not set aside, and parts into which the one divides the other. */
  'linkable',
  'linkablePeople',
  'linkableIndividuals',
  'parts',
  /** People, and individuals if a record that was set aside is one of its own. */
  'people',
  'individuals',
] as const;
type Term = (typeof terms)[number];

/** Number of terms. */
export const TERMS = terms.length;
const place = Object.fromEntries(terms.map((name, index) => [name, index])) as Record<Term, number>;

/** Adds what one record contributes to sums that begin at `offset`. */
export function addRecord(sums: Float64Array, offset: number, sizes: JudgedSizes, at: number): void {
  const ofPerson = sizes.ofPerson[at] as number; // a position, as below
  const ofIndividual = sizes.ofIndividual[at] as number;
  const ofBoth = sizes.ofBoth[at] as number;
  const linkedOfPerson = sizes.linkedOfPerson[at] as number;
  const add = (term: Term, amount: number) => {
    const index = offset + place[term];
    sums[index] = (sums[index] as number) + amount; // within the sums
  };
  add('records', 1);
  add('rightPairs', (ofBoth - 1) / 2);
  add('linkedPairs', (ofIndividual - 1) / 2);
  add('truePairs', (ofPerson - 1) / 2);
  add('precisionOfRecord', ofBoth / ofIndividual);
  add('recallOfRecord', ofBoth / ofPerson);
  add('people', 1 / ofPerson);
  add('individuals', 1 / ofIndividual);
  if (sizes.setAside[at] === 1) {
    add('setAside', 1);
    return;
  }
  add('linkable', 1);
  add('linkablePeople', 1 / linkedOfPerson);
  add('linkableIndividuals', 1 / ofIndividual);
  add('parts', 1 / ofBoth);
}

/** The measures, by name. */
export const measureNames = [
  'precision',
  'recall',
  'f1',
  'bCubedPrecision',
  'bCubedRecall',
  'bCubedF1',
  'excessIndividuals',
  'falseLinks',
  'missedLinks',
] as const;
export type MeasureName = (typeof measureNames)[number];

/**
 * A measure from sums; NaN where its denominator is 0.
 *
 * Pairwise precision and recall are over pairs of records. B-cubed (A. Bagga and B. Baldwin, “Algorithms for scoring
 * coreference chains”, 1998) averages over records, so that a large group weighs as much as its records and not as their
 * square. `excessIndividuals` is individuals ÷ people − 1. `falseLinks` and `missedLinks` are 1 less the link-based
 * precision and recall of M. Vilain and others, “A model-theoretic coreference scoring scheme” (1995): of the links that
 * hold individuals together (one fewer than records in each), the share that join two people; of the links that would hold
 * each person’s records together, the share that are missing. Both leave out records that were set aside.
 */
export function measure(name: MeasureName, sums: Float64Array, offset = 0): number {
  const of = (term: Term): number => sums[offset + place[term]] as number; // within the sums
  switch (name) {
    case 'precision':
      return of('rightPairs') / of('linkedPairs');
    case 'recall':
      return of('rightPairs') / of('truePairs');
    case 'f1':
      return (2 * of('rightPairs')) / (of('linkedPairs') + of('truePairs'));
    case 'bCubedPrecision':
      return of('precisionOfRecord') / of('records');
    case 'bCubedRecall':
      return of('recallOfRecord') / of('records');
    case 'bCubedF1':
      return (
        (2 * of('precisionOfRecord') * of('recallOfRecord')) /
        (of('records') * (of('precisionOfRecord') + of('recallOfRecord')))
      );
    case 'excessIndividuals':
      return of('individuals') / of('people') - 1;
    case 'falseLinks':
      return shareOf(of('parts') - of('linkableIndividuals'), of('linkable') - of('linkableIndividuals'));
    case 'missedLinks':
      return shareOf(of('parts') - of('linkablePeople'), of('linkable') - of('linkablePeople'));
    default:
      return name satisfies never;
  }
}

/** Sums of fractions of which the true values are whole: what is nearer to 0 than this is 0. */
const ROUNDING = 1e-6;
const shareOf = (part: number, whole: number): number =>
  whole < ROUNDING ? Number.NaN : part < ROUNDING ? 0 : part / whole;

/** Whether records with these sums tell anything about a measure: whether its denominator grows by them. */
export function bearsOn(name: MeasureName, sums: Float64Array, offset: number): boolean {
  const of = (term: Term): number => sums[offset + place[term]] as number; // within the sums
  switch (name) {
    case 'precision':
      return of('linkedPairs') > 0;
    case 'recall':
      return of('truePairs') > 0;
    case 'f1':
      return of('linkedPairs') + of('truePairs') > 0;
    case 'falseLinks':
      return of('linkable') - of('linkableIndividuals') > ROUNDING;
    case 'missedLinks':
      return of('linkable') - of('linkablePeople') > ROUNDING;
    case 'bCubedPrecision':
    case 'bCubedRecall':
    case 'bCubedF1':
    case 'excessIndividuals':
      return true;
    default:
      return name satisfies never;
  }
}

/** Counts of pairs and records, whole numbers for a whole set. */
export const countsIn = (sums: Float64Array) => {
  const of = (term: Term): number => Math.round(sums[place[term]] as number); // within the sums
  return {
    records: of('records'),
    setAside: of('setAside'),
    truePositives: of('rightPairs'),
    falsePositives: of('linkedPairs') - of('rightPairs'),
    falseNegatives: of('truePairs') - of('rightPairs'),
  };
};

/** Counts of pairs, to the half. */
export const pairsIn = (sums: Float64Array) => {
  const of = (term: Term): number => Math.round((sums[place[term]] as number) * 2) / 2; // within the sums
  return { right: of('rightPairs'), linked: of('linkedPairs'), due: of('truePairs') };
};
