import { BrokenCsv, readCells } from './csv-cells.js';

/** How a CSV file begins: its columns, what parts them, and where the rows begin. */
export interface CsvHeader {
  readonly columns: readonly string[];
  readonly delimiter: number;
  /** The first byte after the header. */
  readonly rowsFrom: number;
}

const delimiters = [',', ';', '\t', '|'].map((mark) => mark.charCodeAt(0));
const BOM = [0xef, 0xbb, 0xbf];
const decoder = new TextDecoder();

/**
 * Reads the header: the first line that is not empty. The delimiter is the mark that parts it into most columns.
 * @throws BrokenCsv if there is no header, or two columns have one title.
 */
export function readHeader(bytes: Uint8Array): CsvHeader {
  const begins = BOM.every((byte, at) => bytes[at] === byte) ? BOM.length : 0;
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new BrokenCsv(1, 'the file is in UTF-16: save it as CSV in UTF-8');
  const rowsFrom = endOfFirstRow(bytes, begins);
  const candidates = delimiters.map((delimiter) => ({
    delimiter,
    columns: titles(bytes, begins, rowsFrom, delimiter),
  }));
  const best = candidates.reduce((a, b) => (b.columns.length > a.columns.length ? b : a));
  if (best.columns.length === 0) throw new BrokenCsv(1, 'the file has no header');
  const repeated = best.columns.find((title, at) => best.columns.indexOf(title) !== at);
  if (repeated !== undefined) throw new BrokenCsv(1, `two columns are called "${repeated}"`);
  return { ...best, rowsFrom };
}

function titles(bytes: Uint8Array, from: number, until: number, delimiter: number): readonly string[] {
  const found: string[] = [];
  // A copy, because reading changes doubled quotes.
  readCells(bytes.slice(from, until), 0, until - from, delimiter, {
    wanted: new Uint8Array(10_000).fill(1),
    cell: (cells, _, start, end) => found.push(decoder.decode(cells.slice(start, end))),
    row: () => undefined,
  });
  return found.every((title) => title === '') ? [] : found;
}

/** Where the first line that is not blank ends; line ends within quotes do not count. */
function endOfFirstRow(bytes: Uint8Array, from: number): number {
  let quoted = false;
  let blank = true;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 34) quoted = !quoted;
    if (byte > 32) blank = false;
    if (!quoted && !blank && (byte === 10 || byte === 13))
      return bytes[at + 1] === 10 && byte === 13 ? at + 2 : at + 1;
  }
  return bytes.length;
}
