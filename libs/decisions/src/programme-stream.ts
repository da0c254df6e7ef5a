/** The stream of a programme's ledger. */
export const streamOf = (programme: string): string => `programme-${programme}`;
