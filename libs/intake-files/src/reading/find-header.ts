import { cellsOf, delimiters, endOfFirstLine, type Delimiter } from './delimiter.js';

/** Where the column titles stand. */
export interface HeaderPlace {
  readonly delimiter: Delimiter;
  /** Row of the titles as a spreadsheet numbers it, from 1. */
  readonly row: number;
  /** Index of the row in the text. */
  readonly at: number;
  readonly line: string;
}

/** Titles are looked for in the rows from the first to this one: exports put a title and a date above them. */
export const LAST_HEADER_ROW = 20;
/** One known title may be a word of a heading; two are titles. */
export const SURELY_TITLES = 2;

/**
 * Finds the row of column titles at the beginning of a file: the first that holds two known titles, else the first that
 * holds one, else the first that is not blank.
 * @param isAll whether no more text will come.
 * @param known counts how many texts are titles of the dataset.
 * @param delimiter if it is known already.
 * @returns undefined if more text is needed, or if all of it is blank.
 */
export function findHeader(
  text: string,
  isAll: boolean,
  known: (cells: readonly string[]) => number,
  delimiter?: Delimiter,
): HeaderPlace | undefined {
  let single: HeaderPlace | undefined;
  let filled: HeaderPlace | undefined;
  let at = 0;
  for (let row = 1; row <= LAST_HEADER_ROW && at < text.length; row += 1) {
    const end = endOfFirstLine(text, at);
    if (end < 0 && !isAll) return undefined;
    // A heading may hold a single quotation mark, so the next row begins at the next line break.
    const line = text.slice(at, end < 0 ? endOfLine(text, at) : end);
    const { titles, ...found } = bestDelimiter(line, known, delimiter);
    const place = { ...found, row, at, line };
    if (titles >= SURELY_TITLES) return place;
    if (titles > 0) single ??= place;
    if (line.trim() !== '') filled ??= place;
    at = afterBreak(text, endOfLine(text, at));
  }
  return isAll || at < text.length ? (single ?? filled) : undefined;
}

/** The delimiter that gives most known titles, else the one that gives most cells. */
function bestDelimiter(
  line: string,
  known: (cells: readonly string[]) => number,
  only: Delimiter | undefined,
): { readonly delimiter: Delimiter; readonly titles: number } {
  let best: { delimiter: Delimiter; titles: number; cells: number } | undefined;
  for (const delimiter of only === undefined ? delimiters : [only]) {
    const cells = cellsOf(line, delimiter);
    const next = { delimiter, titles: known(cells), cells: cells.length };
    if (
      best === undefined ||
      next.titles > best.titles ||
      (next.titles === best.titles && next.cells > best.cells)
    )
      best = next;
  }
  return best ?? { delimiter: ',', titles: 0 };
}

const lineBreak = /[\r\n]/g;

function endOfLine(text: string, from: number): number {
  lineBreak.lastIndex = from;
  return lineBreak.exec(text)?.index ?? text.length;
}

const afterBreak = (text: string, at: number): number =>
  text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1;
