/**
 * A mutant that changes no result, and why. Identified by the text of its line, so that edits elsewhere do not matter.
 */
export interface Equivalent {
  readonly file: string;
  readonly code: string;
  /** The replacements meant; absent if every mutant of the line is meant. */
  readonly replacements?: readonly string[];
  readonly because: string;
}
