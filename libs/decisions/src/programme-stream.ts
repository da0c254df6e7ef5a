/** The stream that is a programme's ledger. */
export const streamOf = (programme: string): string => `programme-${programme}`;
