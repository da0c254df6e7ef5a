import { levelsOf, type FieldKind } from '../comparison/field-kind.js';

/** Five rarities share what agrees in full. */
const inFive = (share: number): readonly number[] => Array.from({ length: 5 }, () => share / 5);

/**
 * How often two records of one person agree at each level, typically: what a model begins with, and all that it knows
 * before there are data. Without the level for missing values.
 */
const ofOnePerson: Readonly<Record<FieldKind, readonly number[]>> = {
  'given-name': [...inFive(0.83), 0.02, 0.06, 0.01, 0.005, 0.01, 0.01, 0.005, 0.01, 0.04],
  surname: [...inFive(0.84), 0.06, 0.02, 0.01, 0.005, 0.01, 0.055],
  'birth-date': [0.87, 0.01, 0.025, 0.015, 0.015, 0.015, 0.01, 0.01, 0.01, 0.005, 0.015],
  gender: [0.98, 0.02],
  postcode: [0.75, 0.05, 0.01, 0.03, 0.03, 0.13],
  'house-number': [0.8, 0.01, 0.04, 0.15],
  address: [0.72, 0.1, 0.03, 0.15],
  locality: [...inFive(0.8), 0.05, 0.02, 0.13],
  email: [0.75, 0.06, 0.03, 0.01, 0.15],
  mobile: [0.75, 0.05, 0.01, 0.19],
  'nhs-number': [0.985, 0.01, 0.005],
  'other-id': [0.96, 0.03, 0.01],
  attribute: [...inFive(0.7), 0.05, 0.02, 0.23],
};

/** How often strangers do, before there are data. */
const ofStrangers: Readonly<Record<FieldKind, readonly number[]>> = {
  'given-name': [1e-6, 1e-5, 1e-4, 6e-4, 3e-3, 1e-3, 2e-3, 1e-6, 1e-5, 1e-4, 1.5e-3, 1e-3, 1e-2, 0.980779],
  surname: [1e-6, 1e-5, 2e-4, 8e-4, 1e-3, 1e-3, 1e-4, 2e-3, 1e-3, 8e-3, 0.985889],
  'birth-date': [1e-4, 2e-5, 4e-4, 2.5e-3, 3e-4, 3e-4, 2.5e-3, 2.5e-3, 3e-2, 0.2, 0.76138],
  gender: [0.5, 0.5],
  postcode: [1e-4, 1e-4, 1e-3, 2e-2, 0.2, 0.7788],
  'house-number': [1e-2, 5e-3, 2e-2, 0.965],
  address: [2e-4, 2e-4, 2e-4, 0.9994],
  locality: [1e-5, 1e-4, 1e-3, 4e-3, 1e-2, 2e-3, 2e-3, 0.98089],
  email: [1e-5, 1e-5, 3e-5, 3e-5, 0.99992],
  mobile: [1e-5, 1e-5, 1e-5, 0.99997],
  'nhs-number': [1e-7, 1e-7, 0.9999998],
  'other-id': [1e-6, 1e-4, 0.999899],
  attribute: [1e-5, 1e-4, 1e-3, 4e-3, 5e-2, 2e-3, 2e-3, 0.94089],
};

/** With a place for the level of missing values, which is never evidence: 1. */
const withMissing = (kind: FieldKind, shares: readonly number[]): Float64Array => {
  if (shares.length + 1 !== levelsOf[kind].length) throw new Error(`levels of ${kind} and shares differ`);
  const sum = shares.reduce((all, share) => all + share, 0);
  return Float64Array.of(1, ...shares.map((share) => share / sum));
};

export const typicalMatch = (kind: FieldKind): Float64Array => withMissing(kind, ofOnePerson[kind]);
export const typicalStrangers = (kind: FieldKind): Float64Array => withMissing(kind, ofStrangers[kind]);
