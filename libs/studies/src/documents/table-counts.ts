/** What one table of an extract holds. */
export interface TableCounts {
  readonly rows: number;
  /** By column: rows with a value that is not one of the missing ones. */
  readonly filled: readonly number[];
}
