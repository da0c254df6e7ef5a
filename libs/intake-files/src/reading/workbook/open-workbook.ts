import { fileRefused } from '../file-refused.js';
import { LAST_HEADER_ROW, SURELY_TITLES } from '../find-header.js';
import type { FileLimits, TableFile } from '../table-file.js';
import { odsSheets } from './ods-workbook.js';
import { MAX_PART_BYTES, type Sheet } from './sheet.js';
import {
  binaryWorkbook,
  notAWorkbook,
  oldWorkbook,
  workbookLocked,
  workbookTooLarge,
} from './workbook-refused.js';
import { xlsxSheets } from './xlsx-workbook.js';
import { ZipArchive } from './zip-archive.js';

/** A packed workbook is kept in memory as a whole; 300,000 rows with fourteen columns take about so much. */
export const MAX_WORKBOOK_BYTES = 16 * 1024 ** 2;

/** Whether a file begins like a zip archive, as .xlsx and .ods do, or like the container of old and encrypted workbooks. */
export const isWorkbook = (head: Uint8Array): boolean =>
  [zip, compound].some((signature) => signature.every((byte, index) => head[index] === byte));

const zip = [0x50, 0x4b, 0x03, 0x04];
const compound = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * Opens a workbook and finds the sheet to read: the one that holds column titles of the dataset.
 * @throws FileRefused
 */
export async function openWorkbook(
  source: AsyncIterable<Uint8Array>,
  knownTitles: (cells: readonly string[]) => number,
  limits: FileLimits,
): Promise<TableFile> {
  const bytes = await collected(source);
  if (compound.every((byte, index) => bytes[index] === byte))
    throw includes(bytes, 'EncryptedPackage') ? workbookLocked() : oldWorkbook();
  const archive = ZipArchive.open(bytes);
  await limits.beforeUnpacking?.();
  const format = formatOf(archive);
  await inspected(archive, limits);
  const sheets = await (format === 'ods' ? odsSheets(archive) : xlsxSheets(archive));
  const { sheet, row, cells } = await sheetToRead(sheets, knownTitles, limits.maxColumns);
  const header = cells.map((title) => title.trim());
  while (header.at(-1) === '') header.pop();
  if (header.length > limits.maxColumns) {
    throw fileRefused(
      'too-many-columns',
      `The sheet has more than ${limits.maxColumns} columns. Remove columns that the dataset does not ask for.`,
    );
  }
  const remarks = { mergedCells: 0, hiddenRows: 0, footerRows: 0, footerFrom: null };
  return {
    format,
    header,
    headerRow: row,
    delimiter: null,
    sheet: { place: sheet.place, name: sheet.name },
    batches: recordsBelow(sheet, row, header.length, remarks),
    encoding: () => 'utf-8',
    remarks: () => remarks,
  };
}

async function collected(source: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > MAX_WORKBOOK_BYTES)
      throw workbookTooLarge(`is larger than ${MAX_WORKBOOK_BYTES / 1024 ** 2} MiB`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Whether bytes hold a name in UTF-16, as compound files write the names of their streams. */
function includes(bytes: Uint8Array, name: string): boolean {
  const wanted = Array.from(name, (character) => character.charCodeAt(0));
  for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1))
    if (wanted.every((byte, index) => bytes[at + index * 2] === byte && bytes[at + index * 2 + 1] === 0))
      return true;
  return false;
}

function formatOf(archive: ZipArchive): 'xlsx' | 'ods' {
  if (archive.names.some((name) => name.endsWith('workbook.bin'))) throw binaryWorkbook();
  if (archive.has('[Content_Types].xml') && archive.names.some((name) => name.endsWith('workbook.xml')))
    return 'xlsx';
  if (archive.has('content.xml')) return 'ods';
  throw notAWorkbook();
}

/** Shows all text of the workbook to the caller's inspection, whether or not it is read. */
async function inspected(archive: ZipArchive, { inspect }: FileLimits): Promise<void> {
  if (inspect === undefined) return;
  for (const name of archive.names) {
    if (!/\.(?:xml|rels|vml|txt)$/i.test(name)) continue;
    const look = inspect();
    for await (const piece of archive.part(name, MAX_PART_BYTES)) look(piece);
  }
}

interface TitleRow {
  readonly sheet: Sheet;
  readonly row: number;
  readonly cells: readonly string[];
  readonly titles: number;
}

/**
 * The sheet whose row of titles has most titles of the dataset. Another one with half as many or more makes it
 * uncertain which is meant: then none is read.
 */
async function sheetToRead(
  sheets: readonly Sheet[],
  knownTitles: (cells: readonly string[]) => number,
  maxColumns: number,
): Promise<TitleRow> {
  const found: TitleRow[] = [];
  for (const sheet of sheets) {
    const place = await titleRow(sheet, knownTitles, maxColumns);
    if (place !== undefined) found.push(place);
  }
  const [best, ...others] = found.toSorted((one, other) => other.titles - one.titles);
  if (best === undefined)
    throw fileRefused(
      'empty-file',
      'No sheet that the workbook shows holds anything. Export it again, and check that it has rows; hidden sheets are not read.',
    );
  const rivals = others.filter(({ titles }) => titles > 0 && titles * 2 >= best.titles);
  if (rivals.length > 0) throw severalSheets([best, ...rivals].map(({ sheet }) => sheet.place));
  return best;
}

function severalSheets(places: readonly number[]) {
  const numbers = places.toSorted((one, other) => one - other);
  const last = numbers.pop() ?? 0;
  return fileRefused(
    'several-sheets',
    `Sheets ${numbers.join(', ')} and ${last} of the workbook hold column titles of this dataset, and only one sheet of a file is read. Put all rows in one sheet, or delete or hide the other sheets.`,
  );
}

/** The row of titles as in a CSV file: the first with two known titles, else the first with one, else the first row. */
async function titleRow(
  sheet: Sheet,
  knownTitles: (cells: readonly string[]) => number,
  maxColumns: number,
): Promise<TitleRow | undefined> {
  let best: TitleRow | undefined;
  for await (const rows of sheet.rows(maxColumns + 1)) {
    for (const { row, cells } of rows) {
      if (row > LAST_HEADER_ROW) return best;
      const found = { sheet, row, cells, titles: knownTitles(cells) };
      if (best === undefined || found.titles > best.titles) best = found;
      if (best.titles >= SURELY_TITLES) return best;
    }
  }
  return best;
}

/** So many records are handed on at once; a gap of blank rows can be a million long. */
const MAX_RECORDS = 4096;

/** The rows below the titles as records, with a blank record for each blank row between them. */
async function* recordsBelow(
  sheet: Sheet,
  headerRow: number,
  columns: number,
  remarks: { mergedCells: number; hiddenRows: number },
): AsyncGenerator<readonly (readonly string[])[], undefined> {
  const blank: readonly string[] = [''];
  const merged = (lastRow: number) => {
    if (lastRow > headerRow) remarks.mergedCells += 1;
  };
  let last = headerRow;
  let records: (readonly string[])[] = [];
  for await (const rows of sheet.rows(columns, merged)) {
    for (const { row, repeated, cells, isHidden } of rows) {
      if (row <= headerRow) continue;
      if (isHidden) remarks.hiddenRows += repeated;
      for (; last + 1 < row + repeated; last += 1) {
        records.push(last + 1 < row ? blank : cells);
        if (records.length < MAX_RECORDS) continue;
        yield records;
        records = [];
      }
    }
    if (records.length > 0) yield records;
    records = [];
  }
  return undefined;
}
