import type { Options, Parser } from 'csv-parse';
import { concatenated } from './concatenated.js';
import { separatorLine, type Delimiter } from './delimiter.js';
import { fileRefused, isFileRefused, type FileRefused } from './file-refused.js';
import { refusalBySignature, refusalOfNulBytes, SIGNATURE_BYTES } from './file-signature.js';
import { findHeader, type HeaderPlace } from './find-header.js';
import type { Encoding, FileLimits, TableFile } from './table-file.js';
import { ToUtf8 } from './to-utf8.js';
import { Utf16ToUtf8 } from './utf16-to-utf8.js';

/** The methods used of the parser's stream, in both builds. */
type ParserStream = Pick<Parser, 'on' | 'write' | 'read' | 'end'>;

/** The CSV parser, which has one build for Node and one for browsers. */
export interface CsvParser {
  readonly create: (options: Options) => ParserStream;
  /** Converts UTF-8 with complete sequences to the parser's input type. */
  readonly inputOf: (utf8: Uint8Array) => Uint8Array | string;
}

/** Column titles are looked for in so many bytes from the beginning; a longer line is not a header. */
const MAX_HEAD_BYTES = 256 * 1024;

/**
 * Reads the beginning of a file to detect its type, its delimiter and its header. Reads the source only once, and
 * leaves closing it to the caller.
 * @param knownTitles counts how many texts are titles of the dataset.
 * @throws FileRefused
 */
export async function openCsvWith(
  csvParser: CsvParser,
  source: AsyncIterable<Uint8Array>,
  knownTitles: (cells: readonly string[]) => number,
  limits: FileLimits,
): Promise<TableFile> {
  const text = new FileText();
  const chunks = text.chunks(source);
  const { bytes, place } = await readHead(chunks, knownTitles);
  const records = recordBatches(csvParser, prepend(bytes, chunks), place.delimiter, limits);
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
    format: 'csv',
    header: header.map((title) => title.trim()),
    headerRow: place.row,
    delimiter: place.delimiter,
    sheet: null,
    batches: prepend(rest, records),
    encoding: () => text.encoding,
    remarks: () => ({ mergedCells: 0, hiddenRows: 0, footerRows: 0, footerFrom: null }),
  };
}

const noHeader = (bytes: Uint8Array): FileRefused =>
  bytes.every(isWhiteSpace)
    ? fileRefused(
        'empty-file',
        'The file is empty. Export it again, and check that it has rows before you send it.',
      )
    : fileRefused('no-header', 'The file holds no column titles. One of its first rows must hold them.');

/** Whether a byte is ASCII white space. */
const isWhiteSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** The text of a file in UTF-8, whichever encoding it is sent in. */
class FileText {
  #toUtf8: ToUtf8 | Utf16ToUtf8 = new ToUtf8();

  /** Valid once all chunks are read. */
  get encoding(): Encoding {
    if (this.#toUtf8 instanceof Utf16ToUtf8) return 'utf-16';
    return this.#toUtf8.foreignBytes > 0 ? 'windows-1252' : 'utf-8';
  }

  async *chunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
    let head: Uint8Array = new Uint8Array();
    let begun = false;
    for await (const arrived of source) {
      let chunk = arrived;
      if (!begun) {
        head = concatenated([head, chunk]);
        if (head.length < SIGNATURE_BYTES) continue;
        begun = true;
        chunk = head;
        this.#begin(head);
      }
      const text = this.#toUtf8.write(chunk);
      refuseNul(text);
      if (text.length > 0) yield text;
    }
    if (!begun) {
      this.#begin(head);
      yield this.#toUtf8.write(head);
    }
    const rest = this.#toUtf8.end();
    refuseNul(rest);
    if (rest.length > 0) yield rest;
    return undefined;
  }

  #begin(head: Uint8Array): void {
    refuse(refusalBySignature(head));
    this.#toUtf8 = Utf16ToUtf8.for(head) ?? this.#toUtf8;
  }
}

function refuseNul(text: Uint8Array): void {
  if (text.includes(0)) throw refusalOfNulBytes();
}

function refuse(refusal: FileRefused | undefined): void {
  if (refusal !== undefined) throw refusal;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const encoder = new TextEncoder();

/** Reads chunks until the column titles are found. Returns the bytes from their row on. */
async function readHead(
  chunks: AsyncGenerator<Uint8Array, undefined>,
  knownTitles: (cells: readonly string[]) => number,
): Promise<{ bytes: Uint8Array; place: HeaderPlace }> {
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
    const isAll = next.done === true || bytes.length > MAX_HEAD_BYTES;
    const place = findHeader(text, isAll, knownTitles, hint);
    if (place !== undefined && place.line.length <= MAX_HEAD_BYTES)
      return { bytes: bytes.subarray(encoder.encode(text.slice(0, place.at)).length), place };
    if (next.done === true) throw noHeader(bytes);
    if (isAll) {
      throw fileRefused(
        'no-header',
        'The first lines are longer than any header. One of the first rows must hold the column titles, each row on a line of its own.',
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
  limits: FileLimits,
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
