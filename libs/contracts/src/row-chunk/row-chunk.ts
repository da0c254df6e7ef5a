import { z } from 'zod';
import {
  datasetId,
  MAX_KEY_VERSION,
  periodCode,
  programmeId,
  type DatasetId,
  type PeriodCode,
  type ProgrammeId,
  type RecordId,
  type RowKey,
  type SubmissionId,
  type Token,
} from '../identifiers.js';
import { MAX_ROWS_PER_CHUNK, type PseudonymisedRow } from '../messages/pseudonymised-row.js';
import { ByteReader, ByteWriter, malformed, ROW_CHUNK_FORMAT } from './bytes.js';
import {
  NO_TEXT,
  readBody,
  readTokens,
  textSchemas,
  viewTokens,
  type PartReader,
  type RowBody,
  type TextKind,
  type TokensOfRecord,
  type TokenViewer,
} from './row-layout.js';
import {
  COMMITTED_PART,
  packed,
  RowPacker,
  writeTokensPart,
  type CommittedBytes,
  type PackedRows,
} from './row-packer.js';

/** The data of a chunk besides its rows. */
export interface RowChunkHead {
  readonly programme: ProgrammeId;
  readonly submission: SubmissionId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly chunk: number;
  readonly last: boolean;
  readonly refused: readonly RowKey[];
}

/** A chunk in the form of its contract. */
export interface RowChunkData extends RowChunkHead {
  readonly rows: readonly PseudonymisedRow[];
}

/** "KLR". */
const MAGIC = [0x4b, 0x4c, 0x52];
const SALT_BYTES = 16;

/**
 * The bytes of a row chunk. Equal content has equal bytes.
 *
 *     "KLR", 1            the form and its version, 4 bytes
 *     programme           text
 *     submission          16 bytes
 *     dataset, period     texts
 *     chunk               number
 *     last                1 byte, 0 or 1
 *     refused             number of row keys; 16 bytes each
 *     ── packed rows
 *     dictionary          number of texts; the texts, in the order in which the rows first use them
 *     lengths             number of rows; the length of each in bytes
 *     slices              the rows, one after the other, as `row-layout.ts` says
 *
 * `bytes.ts` says what a number and a text are. Within a slice a text is its number in the dictionary, from 1; 0 is no
 * text. A row that was cut out has the length 0 and keeps its ordinal; a text that only such rows used has the length 0.
 * @throws RangeError for more rows than a chunk may have; TypeError for an id or a number that is none.
 */
export function encodeRowChunk(data: RowChunkData): Uint8Array {
  const packer = new RowPacker();
  for (const row of data.rows) {
    if (!packer.add(row)) throw new RangeError(`a chunk has at most ${MAX_ROWS_PER_CHUNK} rows`);
  }
  return rowChunkOf(data, packer.finish());
}

/** A chunk of packed rows, by default none. Does not validate the head. */
export function rowChunkOf(head: RowChunkHead, rows: PackedRows = new RowPacker().finish()): Uint8Array {
  const out = new ByteWriter();
  for (const byte of [...MAGIC, ROW_CHUNK_FORMAT]) out.byte(byte);
  out.text(head.programme);
  out.id(head.submission);
  out.text(head.dataset);
  out.text(head.period);
  out.number(head.chunk);
  out.byte(head.last ? 1 : 0);
  out.number(head.refused.length);
  for (const rowKey of head.refused) out.id(rowKey);
  out.bytes(rows.bytes);
  return out.written().slice();
}

/**
 * Decodes a whole chunk and validates it: the result is valid by the contract's schema, and `encodeRowChunk` turns it
 * into the same bytes. @throws UnreadableContract
 */
export function decodeRowChunk(bytes: Uint8Array): RowChunkData {
  const chunk = new RowChunk(bytes);
  return { ...chunk.head, rows: chunk.allRows() };
}

/** A chunk whose rows are decoded on demand. The bytes must not be changed. */
export class RowChunk {
  readonly bytes: Uint8Array;
  readonly head: RowChunkHead;
  readonly #from: ByteReader;
  /** Offset of the packed rows. */
  readonly #packedAt: number;
  readonly #texts: Dictionary;
  /** Offset of each row by ordinal; then the end of the last one. */
  readonly #places: readonly number[];
  readonly #committed = { body: new ByteWriter(), tokens: new ByteWriter() };

  /** Decodes everything but the rows. @throws UnreadableContract */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const from = new ByteReader(bytes);
    this.#from = from;
    this.head = readHead(from);
    this.#packedAt = from.at;
    this.#texts = new Dictionary(from, bytes);
    const lengths = from.list(MAX_ROWS_PER_CHUNK, () => from.number(bytes.length));
    let at = from.at;
    this.#places = [at, ...lengths.map((length) => (at += length))];
    if (at !== bytes.length) throw malformed('its rows are longer or shorter than it says');
  }

  /** Number of rows, including those that were cut out. */
  get count(): number {
    return this.#places.length - 1;
  }

  /** A row; undefined if it was cut out. @throws RangeError; UnreadableContract */
  row(ordinal: number): PseudonymisedRow | undefined {
    return this.#isCut(ordinal) ? undefined : this.#read(ordinal);
  }

  /**
   * The body of a row; undefined if it was cut out. The row's tokens are shown, and decoded only if the viewer asks.
   * @throws RangeError; UnreadableContract
   */
  body(ordinal: number, view: TokenViewer): RowBody | undefined {
    if (this.#isCut(ordinal)) return undefined;
    const from = this.#moveTo(ordinal);
    const body = this.#texts.readPart(from, readBody);
    this.#texts.readPart(from, (part) => viewTokens(part, view));
    return body;
  }

  /** The record id of a row; undefined if it was cut out. @throws RangeError; UnreadableContract */
  recordOf(ordinal: number): RecordId | undefined {
    if (this.#isCut(ordinal)) return undefined;
    const from = this.#moveTo(ordinal);
    for (let texts = from.number(); texts > 0; texts -= 1) from.number();
    from.number();
    return from.id() as RecordId; // The body begins with it.
  }

  /** All rows of a chunk from which none was cut. @throws UnreadableContract for any other chunk */
  allRows(): PseudonymisedRow[] {
    this.#texts.beginOrder();
    const rows = Array.from({ length: this.count }, (_, ordinal) => this.#read(ordinal));
    this.#texts.endOrder();
    return rows;
  }

  /** The bytes of a row; empty if it was cut out. @throws RangeError */
  slice(ordinal: number): Uint8Array {
    return this.#isCut(ordinal)
      ? NOTHING
      : this.bytes.subarray(this.#places[ordinal], this.#places[ordinal + 1]);
  }

  /**
   * The same as `committedBytesOf` of the row, made from its slice; undefined if it was cut out. Both are views that
   * are valid until the next call. @throws RangeError; UnreadableContract
   */
  committedBytes(ordinal: number): CommittedBytes | undefined {
    const slice = this.slice(ordinal);
    if (slice.length === 0) return undefined;
    this.#moveTo(ordinal);
    const bytesOf = (part: keyof CommittedBytes): Uint8Array => {
      const out = this.#committed[part];
      out.cutTo(0);
      out.bytes(slice.subarray(0, SALT_BYTES));
      out.byte(ROW_CHUNK_FORMAT);
      out.byte(COMMITTED_PART[part]);
      let texts = this.#from.number(slice.length);
      for (out.number(texts); texts > 0; texts -= 1) this.#texts.copy(this.#from.number(), out);
      const raw = this.#from.number(slice.length);
      out.number(raw);
      out.bytes(this.#from.bytes(raw));
      return out.written();
    };
    return { body: bytesOf('body'), tokens: bytesOf('tokens') };
  }

  /**
   * The chunk without some of its rows, and without the texts that only they used: only their number remains. All
   * others keep their ordinals, and their slices their bytes. @throws RangeError; UnreadableContract
   */
  withoutRows(ordinals: Iterable<number>): Uint8Array {
    const cut = new Set(ordinals);
    for (const ordinal of cut) this.slice(ordinal);
    return this.#withSlices((ordinal) => (cut.has(ordinal) ? NOTHING : this.slice(ordinal)));
  }

  /**
   * The chunk with other tokens in some of its rows, and without the texts that only their former tokens used. All
   * other rows keep their slices, and all keep their ordinals. @throws RangeError for a row that was cut out, and for a
   * text that the chunk does not have; UnreadableContract
   */
  withTokens(changed: ReadonlyMap<number, TokensOfRecord>): Uint8Array {
    const slices = new Map(
      [...changed].map(([ordinal, tokens]) => {
        const slice = this.slice(ordinal);
        if (slice.length === 0) throw new RangeError(`row ${ordinal} was cut out of the chunk`);
        const from = this.#moveTo(ordinal);
        this.#passPart(from);
        const out = new ByteWriter();
        out.bytes(this.bytes.subarray(this.#places[ordinal], from.at));
        writeTokensPart(tokens, out, (text) => this.#texts.numberOf(text));
        return [ordinal, out.written()] as const;
      }),
    );
    return this.#withSlices((ordinal) => slices.get(ordinal) ?? this.slice(ordinal));
  }

  /** The chunk with these slices, and without the texts that none of them uses: only their number remains. */
  #withSlices(sliceOf: (ordinal: number) => Uint8Array): Uint8Array {
    const used = new Set<number>();
    const lengths: number[] = [];
    const slices = new ByteWriter();
    for (let ordinal = 0; ordinal < this.count; ordinal += 1) {
      const slice = sliceOf(ordinal);
      lengths.push(slice.length);
      slices.bytes(slice);
      if (slice.length === 0) continue;
      const from = new ByteReader(slice);
      from.bytes(SALT_BYTES);
      for (let part = 0; part < 2; part += 1) this.#passPart(from, used);
    }
    const texts = new ByteWriter();
    for (let number = 1; number <= this.#texts.count; number += 1)
      this.#texts.copy(used.has(number) ? number : 0, texts);
    const out = new ByteWriter();
    out.bytes(this.bytes.subarray(0, this.#packedAt));
    out.bytes(packed(this.#texts.count, texts, lengths, slices));
    return out.written().slice();
  }

  /** Version of the keys under which the tokens of a row are; undefined if it was cut out. @throws RangeError */
  keyVersionOf(ordinal: number): number | undefined {
    return this.slice(ordinal).length === 0 ? undefined : this.#readTokens(ordinal).version;
  }

  /** All tokens of its rows by value domain, each once. @throws UnreadableContract */
  tokensByDomain(): Map<string, Token[]> {
    const found = new Map<string, Set<Token>>();
    for (let ordinal = 0; ordinal < this.count; ordinal += 1) {
      if (this.slice(ordinal).length === 0) continue;
      for (const { domain, token } of this.#readTokens(ordinal).tokens) {
        const its = found.get(domain);
        if (its === undefined) found.set(domain, new Set([token]));
        else its.add(token);
      }
    }
    return new Map([...found].map(([domain, tokens]) => [domain, [...tokens]]));
  }

  /**
   * The chunk with other tokens, and their key version, in the same places: all other bytes stay as they are.
   * @param tokenOf the new token for one of a domain. @throws RangeError for a key version over 127; UnreadableContract
   */
  rekeyed(keyVersion: number, tokenOf: (domain: string, token: Token) => Token): Uint8Array {
    if (!(Number.isInteger(keyVersion) && keyVersion > 0 && keyVersion <= MAX_KEY_VERSION))
      throw new RangeError(`key versions are 1 to ${MAX_KEY_VERSION}`);
    const bytes = this.bytes.slice();
    const id = new ByteWriter();
    for (let ordinal = 0; ordinal < this.count; ordinal += 1) {
      if (this.slice(ordinal).length === 0) continue;
      const { versionAt, tokens } = this.#readTokens(ordinal);
      bytes[versionAt] = keyVersion;
      for (const { domain, token, at } of tokens) {
        id.cutTo(0);
        id.id(tokenOf(domain, token));
        bytes.set(id.written(), at);
      }
    }
    return bytes;
  }

  /** The tokens of a row, and where they and their version lie in the bytes of the chunk. */
  #readTokens(ordinal: number): PlacedTokens {
    const from = this.#moveTo(ordinal);
    for (let texts = from.number(); texts > 0; texts -= 1) from.number();
    from.bytes(from.number()); // the body
    const domains: string[] = [];
    for (let texts = from.number(); texts > 0; texts -= 1) domains.push(this.#texts.textOf(from.number()));
    from.number();
    const versionAt = from.at;
    const version = from.number(MAX_KEY_VERSION);
    let next = 0;
    const tokens: PlacedToken[] = [];
    const take = (domain: string | undefined) => {
      if (domain === undefined) throw malformed('a part of a row has too few texts');
      const { at } = from;
      tokens.push({ domain, at, token: from.id() as Token });
    };
    for (let left = from.number(); left > 0; left -= 1) {
      from.byte();
      take(domains[next++]);
    }
    for (let left = from.number(); left > 0; left -= 1) {
      const domain = domains[next + 1]; // after the text of the derivation
      next += 2;
      from.number();
      for (let several = from.number(); several > 0; several -= 1) take(domain);
    }
    return { version, versionAt, tokens };
  }

  /** Passes over a part of a row, and notes the texts that it uses. */
  #passPart(from: ByteReader, used?: Set<number>): void {
    for (let texts = from.number(); texts > 0; texts -= 1) {
      const number = from.number();
      used?.add(number);
    }
    from.bytes(from.number());
  }

  /** @throws RangeError */
  #isCut(ordinal: number): boolean {
    const [from, to] = [this.#places[ordinal], this.#places[ordinal + 1]];
    if (from === undefined || to === undefined) throw new RangeError(`the chunk has no row ${ordinal}`);
    return from === to;
  }

  /** Moves to the parts of a row, after its salt. */
  #moveTo(ordinal: number): ByteReader {
    const from = this.#places[ordinal] as number; // the caller has asked for its slice
    return this.#from.moveTo(from + SALT_BYTES, this.#places[ordinal + 1] as number);
  }

  #read(ordinal: number): PseudonymisedRow {
    const from = this.#from.moveTo(this.#places[ordinal] as number, this.#places[ordinal + 1] as number);
    const salt = from.id() as PseudonymisedRow['salt']; // Sixteen bytes are an id, whatever they are.
    const body = this.#texts.readPart(from, readBody);
    const tokens = this.#texts.readPart(from, readTokens);
    if (from.rest > 0) throw malformed('a row is longer than what it says');
    const { record, rowKey, role, attributes, facts } = body;
    const { keyVersion, derived } = tokens;
    return { record, rowKey, role, tokens: tokens.tokens, derived, attributes, facts, keyVersion, salt };
  }
}

interface PlacedToken {
  readonly domain: string;
  readonly token: Token;
  /** Offset of its 16 bytes. */
  readonly at: number;
}

interface PlacedTokens {
  readonly version: number;
  /** Offset of the version's byte. */
  readonly versionAt: number;
  readonly tokens: readonly PlacedToken[];
}

/** The texts of a chunk by number, and the reader of parts that use them. */
class Dictionary implements PartReader {
  readonly raw: ByteReader;
  readonly #bytes: Uint8Array;
  readonly #texts: string[] = [NO_TEXT];
  /** Offset of each text with its length, by number; then the end of the last one. */
  readonly #places: number[] = [0];
  /** By number, the kinds for which the text was found valid, as bits. */
  readonly #kinds: Uint8Array;
  /** Numbers of the texts of the current part, and the index of the next one. */
  readonly #numbers: number[] = [];
  #next = 0;
  /** The highest number seen while order is checked; infinite otherwise. */
  #met = Number.POSITIVE_INFINITY;

  constructor(from: ByteReader, bytes: Uint8Array) {
    this.raw = from;
    this.#bytes = bytes;
    for (let left = from.number(from.rest); left > 0; left -= 1) {
      this.#places.push(from.at);
      this.#texts.push(from.text());
    }
    this.#places.push(from.at);
    this.#kinds = new Uint8Array(this.#texts.length);
  }

  get count(): number {
    return this.#texts.length - 1;
  }

  /** From here on, new texts must occur in the order of their numbers. */
  beginOrder(): void {
    this.#met = 0;
  }

  endOrder(): void {
    if (this.#met !== this.count) throw malformed('a text of the dictionary is not used');
    if (new Set(this.#texts).size !== this.#texts.length)
      throw malformed('a text stands in the dictionary twice');
    this.#met = Number.POSITIVE_INFINITY;
  }

  readPart<Part>(from: ByteReader, read: (part: PartReader) => Part): Part {
    this.#numbers.length = 0;
    this.#next = 0;
    for (let left = from.number(from.rest); left > 0; left -= 1) {
      const number = from.number(this.count);
      if (number > this.#met + 1) throw malformed('a text stands in the dictionary before its turn');
      if (number > this.#met) this.#met = number;
      this.#numbers.push(number);
    }
    const raw = from.number(from.rest);
    const end = from.at + raw;
    const part = read(this);
    if (from.at !== end || this.#next !== this.#numbers.length)
      throw malformed('a part of a row has another length than it says');
    return part;
  }

  text(kind: TextKind): string {
    const number = this.#numbers[this.#next++];
    if (number === undefined) throw malformed('a part of a row has too few texts');
    const text = this.#texts[number] as string; // none has a higher number
    const known = this.#kinds[number] as number; // likewise
    if ((known & KIND_BIT[kind]) === 0) {
      if (!textSchemas[kind].safeParse(text).success) throw malformed(`a text cannot be of kind ${kind}`);
      this.#kinds[number] = known | KIND_BIT[kind];
    }
    return text;
  }

  textIfAny(kind: TextKind): string | undefined {
    if (this.#numbers[this.#next] !== 0) return this.text(kind);
    this.#next += 1;
    return undefined;
  }

  get textsLeft(): number {
    return this.#numbers.length - this.#next;
  }

  /** The text with a number. */
  textOf(number: number): string {
    const text = this.#texts[number];
    if (text === undefined) throw malformed('a text is not in the dictionary');
    return text;
  }

  /** The number of a text. @throws RangeError if the dictionary does not have it. */
  numberOf(text: string): number {
    const number = this.#texts.indexOf(text, 1);
    if (number < 1) throw new RangeError('the chunk does not have a text that a row is to use');
    return number;
  }

  /** Writes a text in full, as stored in the dictionary. */
  copy(number: number, out: ByteWriter): void {
    if (number === 0) return out.text(NO_TEXT);
    const [from, to] = [this.#places[number], this.#places[number + 1]];
    if (from === undefined || to === undefined) throw malformed('a text is not in the dictionary');
    out.bytes(this.#bytes.subarray(from, to));
  }
}

const NOTHING = new Uint8Array(0);
const KIND_BIT: Readonly<Record<TextKind, number>> = {
  ...{ attributeName: 1, attributeValue: 2, code: 4, isoDate: 8, valueDomain: 16 },
};

const headTexts = z.object({ programme: programmeId, dataset: datasetId, period: periodCode });

function readHead(from: ByteReader): RowChunkHead {
  for (const byte of MAGIC) if (from.byte() !== byte) throw malformed('it is no row chunk');
  if (from.byte() !== ROW_CHUNK_FORMAT) throw malformed(`only form ${ROW_CHUNK_FORMAT} is known`);
  const programme = from.text();
  const submission = from.id() as SubmissionId; // Sixteen bytes are an id, whatever they are.
  const texts = headTexts.safeParse({ programme, dataset: from.text(), period: from.text() });
  if (!texts.success) throw malformed('programme, dataset or period is none');
  const chunk = from.number();
  const last = from.oneOf([false, true]);
  const refused = from.list(MAX_ROWS_PER_CHUNK, () => from.id() as RowKey); // likewise
  return { ...texts.data, submission, chunk, last, refused };
}
