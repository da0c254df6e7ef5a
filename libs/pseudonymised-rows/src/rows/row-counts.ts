/** Counts of pseudonymised rows: all that is reported of rows apart from the messages. */
export interface RowCounts {
  rows: number;
  /** Rows of people who are suppressed: they go no further. */
  suppressed: number;
  /** Tokens by `kind use`. */
  readonly tokens: Record<string, number>;
  unknownPostcodes: number;
  protectedPostcodes: number;
}

export const noRows = (): RowCounts => ({
  rows: 0,
  suppressed: 0,
  tokens: {},
  unknownPostcodes: 0,
  protectedPostcodes: 0,
});
