/** What changes a figure between two positions of the ledger, with its name, in the order in which people read them. */
export const causeNames = {
  'late-data': 'Late data',
  correction: 'Corrections',
  withdrawal: 'Withdrawals',
  merge: 'Merges',
  split: 'Splits',
  review: 'Reviews',
  strategy: 'Strategy',
  definitions: 'Definitions',
  erasure: 'Erasures',
} as const;
export type RestatementCause = keyof typeof causeNames;

// Object.keys gives strings; these are the keys.
export const causes = Object.keys(causeNames) as [RestatementCause, ...RestatementCause[]];
