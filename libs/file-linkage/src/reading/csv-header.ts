import { isUtf8 } from 'node:buffer';
import { BrokenCsv, CARRIAGE_RETURN, isWhite, LINE_FEED, QUOTE, readCells, SPACE, TAB } from './csv-cells.js';

/** How a CSV file begins: its columns, what parts them, and where the rows begin. */
export interface CsvHeader {
  readonly columns: readonly string[];
  readonly delimiter: number;
  /** The first byte after the header. */
  readonly rowsFrom: number;
  /** The line on which the rows begin; the file’s first line is 1. */
  readonly firstLine: number;
}

const delimiters = [',', ';', '\t', '|'].map((mark) => mark.charCodeAt(0));
const BOM = [0xef, 0xbb, 0xbf];
const decoder = new TextDecoder();

/**
 * Reads the header: the first line that is not empty. The delimiter is the mark that parts it into most columns.
 * @throws BrokenCsv if the file is not in UTF-8, there is no header, or two columns have one title.
 */
export function readHeader(bytes: Uint8Array): CsvHeader {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new BrokenCsv(1, 'the file is in UTF-16: save it as CSV in UTF-8');
  if (!isUtf8(bytes))
    throw new BrokenCsv(firstLineNotInUtf8(bytes), 'the file is not in UTF-8: save it as CSV in UTF-8');
  const begins = firstLineNotBlank(bytes, BOM.every((byte, at) => bytes[at] === byte) ? BOM.length : 0);
  const line = 1 + lineEnds(bytes, 0, begins);
  const read = delimiters.map((delimiter) => headerWith(bytes, begins, line, delimiter));
  const headers = read.filter((each): each is CsvHeader => !(each instanceof BrokenCsv));
  const best = headers.reduce<CsvHeader | undefined>(
    (a, b) => (a === undefined || b.columns.length > a.columns.length ? b : a),
    undefined,
  );
  const broken = read.find((each) => each instanceof BrokenCsv);
  if (broken !== undefined && (best === undefined || best.columns.length < 2)) throw broken;
  if (best === undefined || best.columns.length === 0) throw new BrokenCsv(line, 'the file has no header');
  const repeated = best.columns.findIndex((title, at) => best.columns.indexOf(title) !== at);
  // The title is not shown: where a file has none, a person’s own row stands there.
  if (repeated >= 0) {
    const first = best.columns.indexOf(best.columns[repeated] as string);
    throw new BrokenCsv(line, `columns ${first + 1} and ${repeated + 1} have one title`);
  }
  return best;
}

/** The header if this mark is the delimiter, or why it cannot be. */
function headerWith(bytes: Uint8Array, from: number, line: number, delimiter: number): CsvHeader | BrokenCsv {
  const rowsFrom = endOfRow(bytes, from, delimiter);
  try {
    const columns = titles(bytes.slice(from, rowsFrom), line, delimiter);
    return { columns, delimiter, rowsFrom, firstLine: line + lineEnds(bytes, from, rowsFrom) };
  } catch (error) {
    if (error instanceof BrokenCsv) return error;
    throw error;
  }
}

/** @param bytes those of the header alone, which reading may change. */
function titles(bytes: Uint8Array, line: number, delimiter: number): readonly string[] {
  const found: string[] = [];
  const sink = {
    wanted: new Uint8Array(10_000).fill(1),
    cell: (cells: Uint8Array, _: number, start: number, end: number) =>
      found.push(decoder.decode(cells.slice(start, end))),
    row: () => undefined,
  };
  readCells(bytes, 0, bytes.length, delimiter, sink, line);
  return found.every((title) => title === '') ? [] : found;
}

/** Where the first line begins that holds more than white space. */
function firstLineNotBlank(bytes: Uint8Array, from: number): number {
  let begins = from;
  for (let at = from; at < bytes.length && isWhite(bytes[at] as number); at++)
    if (isLineEnd(bytes, at)) begins = at + 1;
  return begins;
}

/** Where a row ends. A quotation mark opens only where a cell begins; line ends within quotes do not count. */
function endOfRow(bytes: Uint8Array, from: number, delimiter: number): number {
  let quoted = false;
  let cellBegins = true;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (quoted) {
      if (byte !== QUOTE) continue;
      if (bytes[at + 1] === QUOTE) at += 1;
      else quoted = false;
    } else if (isLineEnd(bytes, at)) return at + 1;
    else {
      quoted = byte === QUOTE && cellBegins;
      cellBegins = byte === delimiter || (cellBegins && (byte === SPACE || byte === TAB));
    }
  }
  return bytes.length;
}

/** Whether a line ends with this byte: a line feed, or a carriage return that none follows. */
const isLineEnd = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === LINE_FEED || (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED);

function lineEnds(bytes: Uint8Array, from: number, until: number): number {
  let found = 0;
  for (let at = from; at < until; at++) if (isLineEnd(bytes, at)) found += 1;
  return found;
}

function firstLineNotInUtf8(bytes: Uint8Array): number {
  let from = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(LINE_FEED, from) + 1;
    if (end === 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end;
  }
}
