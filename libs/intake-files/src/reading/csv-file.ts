import type { Options, Parser } from 'csv-parse';
import { concatenated } from './concatenated.js';
import { endOfFirstLine, separatorLine, sniffDelimiter, type Delimiter } from './delimiter.js';
import { fileRefused, isFileRefused, type FileRefused } from './file-refused.js';
import { refusalBySignature, refusalOfNulBytes, SIGNATURE_BYTES } from './file-signature.js';
import { ToUtf8 } from './to-utf8.js';

export interface CsvLimits {
  readonly maxColumns: number;
  /** Maximum bytes of one row, in UTF-8. */
  readonly maxRowBytes: number;
}

/** A CSV file whose header has been read and whose rows are still to come. */
export interface CsvFile {
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  /**
   * The records after the header, in order, one batch per chunk of bytes; it reads the next chunk when the next batch
   * is requested. A blank line is a record of one empty cell, so that record numbers match a spreadsheet's rows.
   * Iterate only once. Throws FileRefused.
   */
  readonly batches: AsyncIterable<readonly (readonly string[])[]>;
  /** Valid once all batches are read. */
  encoding(): 'utf-8' | 'windows-1252';
}

/** The methods used of the parser's stream, in both builds. */
type ParserStream = Pick<Parser, 'on' | 'write' | 'read' | 'end'>;

/** The CSV parser, which has one build for Node and one for browsers. */
export interface CsvParser {
  readonly create: (options: Options) => ParserStream;
  /** Converts UTF-8 with complete sequences to the parser's input type. */
  readonly inputOf: (utf8: Uint8Array) => Uint8Array | string;
}

/** Opens a file whose bytes arrive in chunks. Throws FileRefused. */
export type OpenCsv = (
  source: AsyncIterator<Uint8Array>,
  knownTitles: (cells: readonly string[]) => number,
  limits: CsvLimits,
) => Promise<CsvFile>;

/** Maximum bytes of a header line; a longer first line is not a header. */
const MAX_HEADER_BYTES = 256 * 1024;

/**
 * Reads the beginning of a file to detect its type, its delimiter and its header. Reads the source only once, and
 * leaves closing it to the caller.
 * @param knownTitles counts how many texts are titles of the dataset.
 * @throws FileRefused
 */
export async function openCsvWith(
  csvParser: CsvParser,
  source: AsyncIterator<Uint8Array>,
  knownTitles: (cells: readonly string[]) => number,
  limits: CsvLimits,
): Promise<CsvFile> {
  const toUtf8 = new ToUtf8();
  const chunks = utf8Chunks(source, toUtf8);
  const { bytes, line, hint } = await readHead(chunks);
  if (line.trim() === '') throw noHeader(bytes);
  const delimiter = hint ?? sniffDelimiter(line, knownTitles);
  const records = recordBatches(csvParser, prepend(bytes, chunks), delimiter, limits);
  const first = await records.next();
  const [header, ...rest] = first.value ?? [];
  if (header === undefined) throw noHeader(bytes);
  if (header.length > limits.maxColumns) {
    throw fileRefused(
      'too-many-columns',
      `The header has ${header.length} columns; at most ${limits.maxColumns} are taken. Remove columns that the dataset does not ask for.`,
    );
  }
  return {
    header: header.map((text) => text.trim()),
    delimiter,
    batches: prepend(rest, records),
    encoding: () => (toUtf8.foreignBytes > 0 ? 'windows-1252' : 'utf-8'),
  };
}

const noHeader = (bytes: Uint8Array): FileRefused =>
  bytes.every(isWhiteSpace)
    ? fileRefused(
        'empty-file',
        'The file is empty. Export it again, and check that it has rows before you send it.',
      )
    : fileRefused('no-header', 'The first line is blank. The first row must hold the column titles.');

/** Whether a byte is ASCII white space. */
const isWhiteSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

async function* utf8Chunks(
  source: AsyncIterator<Uint8Array>,
  toUtf8: ToUtf8,
): AsyncGenerator<Uint8Array, undefined> {
  let head: Uint8Array = new Uint8Array();
  let checked = false;
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    let chunk = next.value;
    if (!checked) {
      head = concatenated([head, chunk]);
      if (head.length < SIGNATURE_BYTES) continue;
      checked = true;
      chunk = head;
      refuse(refusalBySignature(head));
    }
    if (chunk.includes(0)) throw refusalOfNulBytes();
    const text = toUtf8.write(chunk);
    if (text.length > 0) yield text;
  }
  if (!checked) {
    refuse(refusalBySignature(head));
    if (head.includes(0)) throw refusalOfNulBytes();
    yield toUtf8.write(head);
  }
  const rest = toUtf8.end();
  if (rest.length > 0) yield rest;
  return undefined;
}

function refuse(refusal: FileRefused | undefined): void {
  if (refusal !== undefined) throw refusal;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads chunks until the header line is complete. */
async function readHead(
  chunks: AsyncGenerator<Uint8Array, undefined>,
): Promise<{ bytes: Uint8Array; line: string; hint: Delimiter | undefined }> {
  let bytes: Uint8Array = new Uint8Array();
  let hint: Delimiter | undefined;
  for (;;) {
    const next = await chunks.next();
    if (next.done !== true) bytes = concatenated([bytes, next.value]);
    let text = decoder.decode(bytes);
    const separator = separatorLine.exec(text);
    if (separator !== null && hint === undefined) {
      hint = separator[1] as Delimiter;
      // The separator line is ASCII, so characters are bytes.
      bytes = bytes.subarray(separator[0].length);
      text = decoder.decode(bytes);
    }
    const end = endOfFirstLine(text);
    if (end >= 0) return { bytes, line: text.slice(0, end), hint };
    if (next.done === true) return { bytes, line: text, hint };
    if (bytes.length > MAX_HEADER_BYTES) {
      throw fileRefused(
        'no-header',
        'The first line is longer than any header. The first row must hold the column titles, each row on a line of its own.',
      );
    }
  }
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

async function* recordBatches(
  csvParser: CsvParser,
  chunks: AsyncIterable<Uint8Array>,
  delimiter: Delimiter,
  limits: CsvLimits,
): AsyncGenerator<string[][], undefined> {
  const parser = csvParser.create({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: limits.maxRowBytes,
  });
  // Without a listener an error would end the process; the error is thrown below.
  let failure: unknown;
  parser.on('error', (error) => (failure = error));
  let read = 0;
  const drain = (): string[][] => {
    const records: string[][] = [];
    for (let record = next(parser); record !== null; record = next(parser)) records.push(record);
    read += records.length;
    return records;
  };
  for await (const chunk of chunks) {
    // The parser parses a chunk before `write` returns, and accepts more once its records are read.
    const written = new Promise<void>((resolve) => parser.write(csvParser.inputOf(chunk), () => resolve()));
    const records = drain();
    await written;
    if (failure !== undefined) throw asRefusal(failure, read);
    if (records.length > 0) yield records;
  }
  const ended = new Promise<void>((resolve) => {
    parser.on('error', () => resolve());
    parser.end(() => resolve());
  });
  await ended;
  const records = drain();
  if (failure !== undefined) throw asRefusal(failure, read);
  if (records.length > 0) yield records;
  return undefined;
}

const next = (parser: ParserStream): string[] | null => parser.read() as string[] | null;

/** Replaces the parser's errors, whose messages quote the file; does not even keep them as a cause. */
function asRefusal(error: unknown, rowsRead: number): Error {
  if (isFileRefused(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const near = error instanceof Error && 'records' in error ? Number(error.records) + 1 : rowsRead + 1;
  const quoteAdvice =
    'A value that holds a quotation mark must be quoted as a whole, with the mark written twice (""). Exporting again from the case system, or saving as CSV in Excel, does this.';
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return fileRefused(
        'unbalanced-quotes',
        `A quotation mark is opened near row ${near} and never closed. ${quoteAdvice}`,
      );
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return fileRefused(
        'unbalanced-quotes',
        `A quotation mark is out of place near row ${near}. ${quoteAdvice}`,
      );
    case 'CSV_MAX_RECORD_SIZE':
      return fileRefused(
        'unbalanced-quotes',
        `Row ${near} is too long for one row; most likely a quotation mark is opened there and not closed. ${quoteAdvice}`,
      );
    default:
      return new Error(`the CSV parser failed: ${code}`);
  }
}
