/** One small wrong change to a source file. */
export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  /** The text between these offsets is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What kind of change it is, in a word or two. */
  readonly change: string;
  /** From 1. */
  readonly line: number;
  /** The line as it stands, trimmed: names the place though lines above it come and go. */
  readonly code: string;
  readonly original: string;
}

/** The source with the change made. */
export const mutated = (source: string, { start, end, replacement }: Mutant): string =>
  source.slice(0, start) + replacement + source.slice(end);

/** A mutant in one line: where, and what becomes what. */
export const describeMutant = ({ file, line, change, original, replacement }: Mutant): string =>
  `${file}:${line} ${change}: ${short(original)} → ${short(replacement)}`;

const short = (text: string): string => {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat === '' ? '(nothing)' : flat.length > 70 ? `${flat.slice(0, 67)}…` : flat;
};
