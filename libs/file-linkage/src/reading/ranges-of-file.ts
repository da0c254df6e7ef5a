import { LINE_FEED, QUOTE } from './csv-cells.js';

/** A part of a file that begins with a row and ends with one. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/**
 * Cuts the rows of a file into parts of about the same size. Only in a file without quotation marks does every line feed end
 * a row; any other stays whole.
 */
export function rangesOf(bytes: Uint8Array, rowsFrom: number, parts: number): readonly Range[] {
  const ranges: Range[] = [];
  let from = rowsFrom;
  if (parts > 1 && bytes.indexOf(QUOTE, rowsFrom) < 0)
    for (let part = 1; part < parts; part++) {
      const near = rowsFrom + Math.floor(((bytes.length - rowsFrom) * part) / parts);
      const until = bytes.indexOf(LINE_FEED, Math.max(near, from)) + 1;
      if (until === 0) break;
      if (until === from) continue;
      ranges.push({ from, until });
      from = until;
    }
  return [...ranges, { from, until: bytes.length }];
}
