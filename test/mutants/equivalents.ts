import type { Mutant } from './mutant.js';

/** A change that alters no answer, and why. The place is named by its line's text, so that it survives edits elsewhere. */
interface Equivalent {
  readonly file: string;
  readonly code: string;
  /** The replacement of the mutant, or nothing if every change of the line is meant. */
  readonly replacement?: string;
  readonly because: string;
}

const equivalents: readonly Equivalent[] = [];

/** Why a mutant alters no answer, or undefined. */
export const equivalenceOf = ({ file, code, replacement }: Mutant): string | undefined =>
  equivalents.find(
    (known) =>
      known.file === file &&
      known.code === code &&
      (known.replacement === undefined || known.replacement === replacement),
  )?.because;
