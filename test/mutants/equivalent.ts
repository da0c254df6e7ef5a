/** A change that alters no answer, and why. The place is named by its line's text, so that it survives edits elsewhere. */
export interface Equivalent {
  readonly file: string;
  readonly code: string;
  /** Replacements of the mutants that are meant, or nothing if every change of the line is. */
  readonly replacements?: readonly string[];
  readonly because: string;
}
