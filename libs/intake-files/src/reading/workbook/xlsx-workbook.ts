import { builtInFormat, numberFormatOf, shownText, type NumberFormat } from './cell-text.js';
import { MAX_PART_BYTES, MAX_SHEET_ROWS, RowCells, type Sheet, type SheetRow } from './sheet.js';
import { formulaWithoutValue, workbookDamaged, workbookTooLarge } from './workbook-refused.js';
import { attributeOf, parsedXml, parseXml, type Attributes, type XmlHandler } from './xml-events.js';
import type { ZipArchive } from './zip-archive.js';

const MAX_SMALL_PART_BYTES = 16 * 1024 ** 2;
/** Texts that cells share are kept in memory for as long as the sheet is read. */
const MAX_TEXT_BYTES = 64 * 1024 ** 2;
const MAX_TEXTS = 1_000_000;
const MAX_SHEETS = 255;

/** The sheets that an Office Open XML workbook shows (ECMA-376 part 1, 18). Formulas and macros are never run. */
export async function xlsxSheets(archive: ZipArchive): Promise<readonly Sheet[]> {
  const workbookPart = await targetOf(archive, '', 'officeDocument', 'xl/workbook.xml');
  const links = await relationshipsOf(archive, workbookPart);
  const { sheets, is1904 } = await readWorkbook(archive, workbookPart);
  const only = (type: string) => links.find((link) => link.type === type)?.target;
  const styles = only('styles');
  const formats = styles === undefined || !archive.has(styles) ? [] : await readFormats(archive, styles);
  const shared = only('sharedStrings');
  const texts = shared === undefined || !archive.has(shared) ? [] : await readTexts(archive, shared);
  return sheets.flatMap(({ name, link, isHidden }, index) => {
    const part = links.find(({ id, type }) => id === link && type === 'worksheet')?.target;
    if (part === undefined || isHidden) return [];
    return [
      {
        place: index + 1,
        name,
        rows: (maxCells: number, merged?: (lastRow: number) => void) =>
          rowsOf(archive, part, () => new SheetHandler(texts, formats, is1904, maxCells, merged)),
      },
    ];
  });
}

async function* rowsOf(
  archive: ZipArchive,
  part: string,
  handlerOf: () => SheetHandler,
): AsyncGenerator<readonly SheetRow[], undefined> {
  const handler = handlerOf();
  for await (const _ of parsedXml(archive.part(part, MAX_PART_BYTES), handler)) {
    const rows = handler.take();
    if (rows.length > 0) yield rows;
  }
  return undefined;
}

interface Relationship {
  readonly id: string;
  /** The last step of the type's address, which is the same in both variants of the standard. */
  readonly type: string;
  readonly target: string;
}

async function relationshipsOf(archive: ZipArchive, part: string): Promise<readonly Relationship[]> {
  const at = part.lastIndexOf('/') + 1;
  const name = `${part.slice(0, at)}_rels/${part.slice(at)}.rels`;
  const found: Relationship[] = [];
  if (!archive.has(name)) return found;
  await parseXml(archive.part(name, MAX_SMALL_PART_BYTES), {
    ...ignoring,
    open(element, attributes) {
      if (element !== 'Relationship' || attributes['TargetMode'] === 'External') return;
      const { Id = '', Type = '', Target = '' } = attributes;
      found.push({
        id: Id,
        type: Type.slice(Type.lastIndexOf('/') + 1),
        target: resolved(part.slice(0, at), Target),
      });
    },
  });
  return found;
}

async function targetOf(archive: ZipArchive, part: string, type: string, usual: string): Promise<string> {
  const target = (await relationshipsOf(archive, part)).find((link) => link.type === type)?.target ?? usual;
  if (!archive.has(target)) throw workbookDamaged();
  return target;
}

/** The name of a part that a relationship in a folder points to. */
function resolved(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  const steps = folder.split('/').filter((step) => step !== '');
  for (const step of target.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}

const ignoring: XmlHandler = { open: () => undefined, close: () => undefined, text: () => undefined };
const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true' || value === 'on';

async function readWorkbook(
  archive: ZipArchive,
  part: string,
): Promise<{
  readonly sheets: readonly { readonly name: string; readonly link: string; readonly isHidden: boolean }[];
  readonly is1904: boolean;
}> {
  const sheets: { name: string; link: string; isHidden: boolean }[] = [];
  let is1904 = false;
  await parseXml(archive.part(part, MAX_SMALL_PART_BYTES), {
    ...ignoring,
    open(element, attributes) {
      if (element === 'workbookPr') is1904 = isTrue(attributes['date1904']);
      if (element !== 'sheet') return;
      const { name = '', state = 'visible' } = attributes;
      sheets.push({ name, link: attributeOf(attributes, 'id') ?? '', isHidden: state !== 'visible' });
    },
  });
  if (sheets.length > MAX_SHEETS) throw workbookTooLarge(`has more than ${MAX_SHEETS} sheets`);
  return { sheets, is1904 };
}

/** The number format of each cell style, in order. */
async function readFormats(archive: ZipArchive, part: string): Promise<readonly NumberFormat[]> {
  const own = new Map<number, NumberFormat>();
  const formats: NumberFormat[] = [];
  let isOfCells = false;
  await parseXml(archive.part(part, MAX_SMALL_PART_BYTES), {
    ...ignoring,
    open(element, attributes) {
      if (element === 'numFmt')
        own.set(Number(attributes['numFmtId']), numberFormatOf(attributes['formatCode'] ?? ''));
      if (element === 'cellXfs') isOfCells = true;
      if (element !== 'xf' || !isOfCells) return;
      const id = Number(attributes['numFmtId'] ?? 0);
      formats.push(own.get(id) ?? builtInFormat(id));
    },
    close(element) {
      if (element === 'cellXfs') isOfCells = false;
    },
  });
  return formats;
}

async function readTexts(archive: ZipArchive, part: string): Promise<readonly string[]> {
  const texts: string[] = [];
  const reader = new TextReader();
  await parseXml(archive.part(part, MAX_TEXT_BYTES), {
    open: (element) => reader.open(element),
    close(element) {
      reader.close(element);
      if (element !== 'si') return;
      if (texts.length >= MAX_TEXTS) throw workbookTooLarge(`has more than ${MAX_TEXTS} different texts`);
      texts.push(reader.take());
    },
    text: (text) => reader.text(text),
  });
  return texts;
}

/** Reads rich or plain text, without the pronunciation that Excel keeps beside Japanese. */
class TextReader {
  #text = '';
  #isText = false;
  #isPronunciation = false;

  open(element: string): void {
    if (element === 'rPh') this.#isPronunciation = true;
    else if (element === 't') this.#isText = !this.#isPronunciation;
  }

  close(element: string): void {
    if (element === 'rPh') this.#isPronunciation = false;
    else if (element === 't') this.#isText = false;
  }

  text(text: string): void {
    if (this.#isText) this.#text += text;
  }

  take(): string {
    const text = unescaped(this.#text);
    this.#text = '';
    return text;
  }
}

/** Control characters and some others are written as `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9a-f]{4})_/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
    : text;

const general: NumberFormat = { kind: 'general' };

/** Reads the rows of a worksheet. */
class SheetHandler implements XmlHandler {
  #rows: SheetRow[] = [];
  #row = 0;
  #isHidden = false;
  #cells: RowCells;
  #column = -1;
  #type = '';
  #style = -1;
  #isInCell = false;
  #isValue = false;
  #hasValue = false;
  #hasFormula = false;
  #value = '';
  readonly #inline = new TextReader();

  constructor(
    readonly texts: readonly string[],
    readonly formats: readonly NumberFormat[],
    readonly is1904: boolean,
    readonly maxCells: number,
    readonly merged: ((lastRow: number) => void) | undefined,
  ) {
    this.#cells = new RowCells(maxCells);
  }

  /** The rows since the last call. */
  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(element: string, attributes: Attributes): void {
    switch (element) {
      case 'row':
        this.#beginRow(attributes);
        break;
      case 'c':
        this.#beginCell(attributes);
        break;
      case 'v':
        this.#isValue = this.#isInCell;
        this.#hasValue = this.#isInCell;
        break;
      case 'f':
        this.#hasFormula = this.#isInCell;
        break;
      case 'is':
        this.#hasValue = this.#isInCell;
        break;
      case 'mergeCell': {
        const last = /(\d+)$/.exec(attributes['ref'] ?? '')?.[1];
        if (last !== undefined) this.merged?.(Number(last));
        break;
      }
      default:
        if (this.#isInCell) this.#inline.open(element);
    }
  }

  close(element: string): void {
    switch (element) {
      case 'v':
        this.#isValue = false;
        break;
      case 'c':
        this.#endCell();
        break;
      case 'row':
        if (!this.#cells.isBlank)
          this.#rows.push({
            row: this.#row,
            repeated: 1,
            cells: this.#cells.cells,
            isHidden: this.#isHidden,
          });
        break;
      default:
        if (this.#isInCell) this.#inline.close(element);
    }
  }

  text(text: string): void {
    if (this.#isValue) this.#value += text;
    else if (this.#isInCell) this.#inline.text(text);
  }

  #beginRow(attributes: Attributes): void {
    const row = attributes['r'] === undefined ? this.#row + 1 : Number(attributes['r']);
    if (!Number.isInteger(row) || row <= this.#row || row > MAX_SHEET_ROWS) throw workbookDamaged();
    this.#row = row;
    this.#isHidden = isTrue(attributes['hidden']);
    this.#cells = new RowCells(this.maxCells);
    this.#column = -1;
  }

  #beginCell({ r, t, s }: Attributes): void {
    const column = r === undefined ? this.#column + 1 : columnOf(r);
    if (column <= this.#column) throw workbookDamaged();
    this.#column = column;
    this.#type = t ?? 'n';
    this.#style = s === undefined ? -1 : Number(s);
    this.#value = '';
    this.#isInCell = true;
    this.#hasValue = false;
    this.#hasFormula = false;
  }

  #endCell(): void {
    this.#isInCell = false;
    const inline = this.#inline.take();
    if (this.#column >= this.maxCells) return;
    if (this.#hasFormula && !this.#hasResult(inline)) throw formulaWithoutValue(this.#row);
    this.#cells.set(this.#column, this.#textOf(inline));
  }

  /** A program that does not calculate writes no value, or an empty one; only a text may be empty. */
  #hasResult(inline: string): boolean {
    return this.#hasValue && (this.#value !== '' || inline !== '' || this.#type === 'str');
  }

  #textOf(inline: string): string {
    const value = this.#value;
    switch (this.#type) {
      case 's': {
        if (value === '') return '';
        const text = this.texts[Number(value)];
        if (text === undefined) throw workbookDamaged();
        return text;
      }
      case 'inlineStr':
        return inline;
      case 'b':
        return value === '' ? '' : isTrue(value) ? 'TRUE' : 'FALSE';
      case 'str':
        return unescaped(value);
      case 'n':
        return value === '' ? '' : shownText(value, this.formats[this.#style] ?? general, this.is1904);
      // Errors such as #N/A, and dates that are written as such.
      default:
        return value;
    }
  }
}

/** The column of a reference such as `AB12`, from 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  if (column === 0 || column > 16_384) throw workbookDamaged();
  return column - 1;
}
