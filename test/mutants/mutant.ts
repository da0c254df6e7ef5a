/** One small wrong change to a source file. */
export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Offsets of the text to replace. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The kind of change, in a word or two. */
  readonly change: string;
  /** From 1. */
  readonly line: number;
  /** The line's text, trimmed: identifies the place when lines above it change. */
  readonly code: string;
  readonly original: string;
}

/** The source with the mutant applied. */
export const mutated = (source: string, { start, end, replacement }: Mutant): string =>
  source.slice(0, start) + replacement + source.slice(end);

/** A mutant in one line: its place and its change. */
export const describeMutant = ({ file, line, change, original, replacement }: Mutant): string =>
  `${file}:${line} ${change}: ${short(original)} → ${short(replacement)}`;

const short = (text: string): string => {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat === '' ? '(nothing)' : flat.length > 70 ? `${flat.slice(0, 67)}…` : flat;
};
