import { numberText } from './cell-text.js';
import { MAX_PART_BYTES, MAX_SHEET_ROWS, RowCells, type Sheet, type SheetRow } from './sheet.js';
import {
  formulaWithoutValue,
  workbookDamaged,
  workbookLocked,
  workbookTooLarge,
} from './workbook-refused.js';
import { attributeOf, parsedXml, parseXml, type Attributes, type XmlHandler } from './xml-events.js';
import type { ZipArchive } from './zip-archive.js';

const CONTENT = 'content.xml';
const MANIFEST = 'META-INF/manifest.xml';
const MAX_MANIFEST_BYTES = 16 * 1024 ** 2;
const MAX_SHEETS = 255;
/** Runs of spaces are written as a count. */
const MAX_SPACES = 1000;

/** The sheets that an OpenDocument spreadsheet shows (OpenDocument 1.3 part 3, 9). All of them are in one part. */
export async function odsSheets(archive: ZipArchive): Promise<readonly Sheet[]> {
  if (archive.has(MANIFEST)) await refuseEncrypted(archive);
  const found: { readonly name: string; readonly isHidden: boolean }[] = [];
  const hidden = new Set<string>();
  let style = '';
  await parseXml(archive.part(CONTENT, MAX_PART_BYTES), {
    open(element, attributes) {
      if (element === 'style') style = attributeOf(attributes, 'name') ?? '';
      if (element === 'table-properties' && attributes['table:display'] === 'false') hidden.add(style);
      if (element !== 'table') return;
      const name = attributes['table:name'] ?? '';
      found.push({ name, isHidden: hidden.has(attributes['table:style-name'] ?? '') });
      if (found.length > MAX_SHEETS) throw workbookTooLarge(`has more than ${MAX_SHEETS} sheets`);
    },
    close: () => undefined,
    text: () => undefined,
  });
  return found.flatMap(({ name, isHidden }, index) =>
    isHidden
      ? []
      : [
          {
            place: index + 1,
            name,
            rows: (maxCells: number, merged?: (lastRow: number) => void) =>
              rowsOf(archive, () => new TableHandler(index, maxCells, merged)),
          },
        ],
  );
}

async function refuseEncrypted(archive: ZipArchive): Promise<void> {
  await parseXml(archive.part(MANIFEST, MAX_MANIFEST_BYTES), {
    open(element) {
      if (element === 'encryption-data') throw workbookLocked();
    },
    close: () => undefined,
    text: () => undefined,
  });
}

async function* rowsOf(
  archive: ZipArchive,
  handlerOf: () => TableHandler,
): AsyncGenerator<readonly SheetRow[], undefined> {
  const handler = handlerOf();
  for await (const _ of parsedXml(archive.part(CONTENT, MAX_PART_BYTES), handler)) {
    const rows = handler.take();
    if (rows.length > 0) yield rows;
    if (handler.isOver) return undefined;
  }
  return undefined;
}

/** Elements in a cell whose text is not the cell's: comments and drawings. */
const besides = new Set([
  'annotation',
  'frame',
  'custom-shape',
  'shapes',
  'g',
  'rect',
  'line',
  'ellipse',
  'note',
]);

/** Reads the rows of one table of the content, by its place among all tables, from 0. */
class TableHandler implements XmlHandler {
  #rows: SheetRow[] = [];
  #place = -1;
  #isWanted = false;
  #isOver = false;
  #row = 0;
  #repeatedRows = 1;
  #isHidden = false;
  #cells: RowCells;
  #column = 0;
  #cell: Attributes | undefined;
  #repeatedCells = 1;
  #text = '';
  #paragraphs = 0;
  #isParagraph = false;
  #besides = 0;

  constructor(
    readonly wanted: number,
    readonly maxCells: number,
    readonly merged: ((lastRow: number) => void) | undefined,
  ) {
    this.#cells = new RowCells(maxCells);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(element: string, attributes: Attributes): void {
    if (element === 'table') {
      this.#place += 1;
      this.#isWanted = this.#place === this.wanted;
      this.#isOver ||= this.#place > this.wanted;
    }
    if (!this.#isWanted) return;
    if (this.#besides > 0 || besides.has(element)) {
      this.#besides += 1;
      return;
    }
    switch (element) {
      case 'table-row':
        this.#beginRow(attributes);
        break;
      case 'table-cell':
      case 'covered-table-cell':
        this.#cell = attributes;
        this.#repeatedCells = countOf(attributes['table:number-columns-repeated']);
        this.#text = '';
        this.#paragraphs = 0;
        break;
      case 'p':
        if (this.#paragraphs > 0) this.#text += '\n';
        this.#paragraphs += 1;
        this.#isParagraph = true;
        break;
      case 's':
        if (this.#isParagraph) this.#text += ' '.repeat(Math.min(MAX_SPACES, countOf(attributes['text:c'])));
        break;
      case 'tab':
        if (this.#isParagraph) this.#text += '\t';
        break;
      case 'line-break':
        if (this.#isParagraph) this.#text += '\n';
        break;
    }
  }

  close(element: string): void {
    if (!this.#isWanted) return;
    if (this.#besides > 0) {
      this.#besides -= 1;
      return;
    }
    switch (element) {
      case 'table':
        this.#isWanted = false;
        this.#isOver = true;
        break;
      case 'table-row':
        this.#endRow();
        break;
      case 'table-cell':
      case 'covered-table-cell':
        this.#endCell();
        break;
      case 'p':
        this.#isParagraph = false;
        break;
    }
  }

  text(text: string): void {
    if (this.#isWanted && this.#isParagraph && this.#besides === 0) this.#text += text;
  }

  #beginRow(attributes: Attributes): void {
    this.#repeatedRows = countOf(attributes['table:number-rows-repeated']);
    this.#isHidden = (attributes['table:visibility'] ?? 'visible') !== 'visible';
    this.#cells = new RowCells(this.maxCells);
    this.#column = 0;
  }

  #endRow(): void {
    const row = this.#row + 1;
    this.#row += this.#repeatedRows;
    if (this.#cells.isBlank) return;
    if (this.#row > MAX_SHEET_ROWS) throw workbookDamaged();
    this.#rows.push({
      row,
      repeated: this.#repeatedRows,
      cells: this.#cells.cells,
      isHidden: this.#isHidden,
    });
  }

  #endCell(): void {
    const cell = this.#cell;
    if (cell === undefined) return;
    this.#cell = undefined;
    const column = this.#column;
    this.#column += this.#repeatedCells;
    const spanned = Number(cell['table:number-rows-spanned'] ?? 1);
    if (spanned > 1 || Number(cell['table:number-columns-spanned'] ?? 1) > 1)
      this.merged?.(this.#row + spanned);
    if (column >= this.maxCells) return;
    const type = valueOf(cell, 'value-type');
    if (type === undefined && this.#paragraphs === 0 && cell['table:formula'] !== undefined)
      throw formulaWithoutValue(this.#row + 1);
    this.#cells.set(column, cellText(type, cell, this.#text), this.#repeatedCells);
  }
}

function countOf(repeated: string | undefined): number {
  const count = Number(repeated ?? 1);
  if (!Number.isInteger(count) || count < 1) throw workbookDamaged();
  return count;
}

const valueOf = (cell: Attributes, name: string): string | undefined => cell[`office:${name}`];

const dateWords = /\p{L}+|\d+/gu;
const weekday = /^(?:mon|tue|wed|thu|fri|sat|sun)/i;

/** The text of a cell: what the program shows, except for dates and numbers, of which it may show less than it holds. */
function cellText(type: string | undefined, cell: Attributes, shown: string): string {
  switch (type) {
    case 'float':
    case 'currency': {
      const digits = numberText(valueOf(cell, 'value') ?? '');
      // A telephone number that is shown with the zeros that its number lacks.
      const padded = shown.replace(/[\s\-()]/g, '');
      return /^0\d+$/.test(padded) && padded.replace(/^0+/, '') === digits ? padded : digits;
    }
    case 'date': {
      const date = valueOf(cell, 'date-value') ?? '';
      const parts = (shown.match(dateWords) ?? []).filter((word) => !weekday.test(word));
      // "Feb 2020" shows no day: somebody may never have given one.
      if (parts.length > 0 && parts.length < 3) return shown;
      return date
        .replace('T', ' ')
        .replace(/ 00:00:00(?:\.0+)?$/, '')
        .replace(/\.\d+$/, '');
    }
    case 'boolean':
      return valueOf(cell, 'boolean-value') === 'true' ? 'TRUE' : 'FALSE';
    default:
      return shown;
  }
}
