import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sectionsOf, type Cell, type Report, type ReportTable } from './report.js';
import { number } from './shares.js';
import { unwrappedFont } from './unwrapped-font.js';

const require = createRequire(import.meta.url);

/** A4 in points, with margins that every printer can keep. */
const WIDTH = 595.28;
const MARGIN = 42;
const INNER = WIDTH - 2 * MARGIN;
/** Room for the line with the number of the page. */
const FOOT = 30;
const GAP = 6;
/** A name needs more room than a number. */
const FIRST_COLUMN = 2;

const sizes = { title: 20, part: 15, section: 12, text: 9, table: 8 } as const;

/** Fonts with the letters of Latin, Greek and Cyrillic scripts, which the file embeds as far as it uses them. Read for the first file. */
const fonts = { read: undefined as Promise<readonly [text: Buffer, bold: Buffer]> | undefined };
const readFonts = (): Promise<readonly [text: Buffer, bold: Buffer]> =>
  Promise.all([
    readFont(require.resolve('roboto-fontface/fonts/roboto/Roboto-Regular.woff')),
    readFont(require.resolve('roboto-fontface/fonts/roboto/Roboto-Bold.woff')),
  ]);
const readFont = async (path: string): Promise<Buffer> => unwrappedFont(await readFile(path));

type Doc = PDFKit.PDFDocument;
type Element = PDFKit.PDFStructureElement;

/**
 * A report as a tagged PDF: headings, sentences and tables with the heads of their rows and columns, as the page has them. Charts
 * are left out: each stands beside a table of the same numbers. The same report is the same bytes: the file has no time of its own.
 */
export async function reportPdf(report: Report): Promise<Buffer> {
  // Loaded for the first file: a process that makes none starts sooner without it.
  const { default: PDFDocument } = await import('pdfkit');
  const [text, bold] = await (fonts.read ??= readFonts());
  const title = `${report.title}, ${report.label}`;
  const doc = new PDFDocument({
    ...{ size: 'A4', margin: MARGIN, bufferPages: true, pdfVersion: '1.7' },
    ...{ tagged: true, lang: 'en-GB', displayTitle: true },
    // The library has it; its types name the other standards alone.
    subset: 'PDF/UA' as 'PDF/A-3',
    // Its types know a path alone.
    font: text as unknown as string,
    // A creation date is needed for the file’s identifier, and would make equal reports differ.
    info: { Title: title, Author: report.programme, CreationDate: new Date(0) },
  });
  const written = bytesOf(doc);
  doc.registerFont('text', text).registerFont('bold', bold);
  const root = doc.struct('Document');
  doc.addStructure(root);
  const writer = new Writer(doc, root);
  writer.text('H1', title, { font: 'bold', size: sizes.title });
  writer.text('P', `${report.of}, ${report.programme}. Ledger position ${number(report.position)}.`);
  writer.text('P', `Definition of the programme ${report.definition.slice(0, 12) || 'not known'}.`);
  if (report.behindSince !== null)
    writer.text('P', `What was decided since ${report.behindSince} is missing.`, { font: 'bold' });
  for (const part of report.parts) {
    writer.text('H2', part.title, { font: 'bold', size: sizes.part, before: 12 });
    writer.text('P', part.about);
    for (const section of part.sections) {
      writer.text('H3', section.title, { font: 'bold', size: sizes.section, before: 10, keep: 60 });
      if (section.finding !== undefined) writer.text('P', section.finding, { font: 'bold' });
      for (const table of section.tables) writer.table(table);
      for (const note of section.notes ?? []) writer.text('P', note);
    }
  }
  if (sectionsOf(report).length === 0) writer.text('P', 'There is nothing to report.');
  root.end();
  numberPages(doc, title);
  doc.end();
  return written;
}

const bytesOf = (doc: Doc): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    doc.on('data', (piece: Buffer) => pieces.push(piece));
    doc.on('end', () => {
      resolve(Buffer.concat(pieces));
    });
    doc.on('error', reject);
  });

interface Look {
  readonly font?: 'text' | 'bold';
  readonly size?: number;
  /** Points above it, where it does not begin a page. */
  readonly before?: number;
  /** Points of what follows that have to fit on the same page. */
  readonly keep?: number;
}

const shownCell = (cell: Cell): string => (typeof cell === 'number' ? number(cell) : (cell ?? '–'));

/** Lays out a report from top to bottom, with each piece under the element that says what it is. */
class Writer {
  readonly #doc: Doc;
  readonly #root: Element;

  constructor(doc: Doc, root: Element) {
    this.#doc = doc;
    this.#root = root;
  }

  text(
    type: 'H1' | 'H2' | 'H3' | 'P',
    text: string,
    { font = 'text', size = sizes.text, before = 0, keep = 0 }: Look = {},
  ): void {
    const doc = this.#doc;
    doc.font(font).fontSize(size);
    const height = doc.heightOfString(text, { width: INNER });
    this.#room(height + before + keep);
    if (doc.y > MARGIN) doc.y += before;
    this.#root.add(
      doc.struct(type, {}, () => {
        doc.font(font).fontSize(size).text(text, MARGIN, doc.y, { width: INNER });
      }),
    );
    doc.y += GAP;
  }

  table({ caption, heads, rows, definition, n, denominator, position, disclosure }: ReportTable): void {
    const doc = this.#doc;
    const columns = heads.length + 1;
    const unit = INNER / (columns - 1 + FIRST_COLUMN);
    const widths = Array.from({ length: columns }, (_, index) => (index === 0 ? FIRST_COLUMN * unit : unit));
    this.#room(60);
    const table = doc.struct('Table');
    this.#root.add(table);
    table.add(
      doc.struct('Caption', {}, () => {
        doc.font('bold').fontSize(sizes.table).text(caption, MARGIN, doc.y, { width: INNER });
      }),
    );
    doc.y += 3;
    this.#row(table, [...heads, 'Status'], { widths, isHead: true });
    for (const { name, cells, status, isWhole } of rows)
      this.#row(table, [name, ...cells.map(shownCell), status], {
        ...{ widths, isHead: false, font: isWhole === true ? 'bold' : 'text' },
      });
    table.end();
    doc.y += 3;
    const at = position === null ? '' : ` Ledger position ${number(position)}.`;
    const rule = disclosure === 'none' ? '' : ` Disclosure control ${disclosure}: [c] is a suppressed count.`;
    this.text('P', `n: ${n}. Denominator: ${denominator} Definition: ${definition}${at}${rule}`, {
      size: sizes.table,
    });
  }

  #row(
    table: Element,
    cells: readonly string[],
    {
      widths,
      isHead,
      font = 'bold',
    }: { readonly widths: readonly number[]; readonly isHead: boolean; readonly font?: 'text' | 'bold' },
  ): void {
    const doc = this.#doc;
    doc.font(font).fontSize(sizes.table);
    const width = (index: number): number => (widths[index] ?? 0) - GAP;
    const height = Math.max(...cells.map((cell, index) => doc.heightOfString(cell, { width: width(index) })));
    this.#room(height + GAP);
    const top = doc.y;
    const row = doc.struct('TR');
    table.add(row);
    let left = MARGIN;
    for (const [index, cell] of cells.entries()) {
      const x = left;
      left += widths[index] ?? 0;
      const show = () => {
        doc
          .font(font)
          .fontSize(sizes.table)
          .text(cell, x, top, { width: width(index) });
      };
      row.add(
        isHead || index === 0
          ? doc.struct('TH', { scope: isHead ? 'Column' : 'Row' } as object, show)
          : doc.struct('TD', {}, show),
      );
    }
    row.end();
    doc.y = top + height + 2;
    const line = doc.y;
    // Lines are for the eye alone.
    doc.markContent('Artifact', { type: 'Layout' });
    doc
      .moveTo(MARGIN, line)
      .lineTo(WIDTH - MARGIN, line)
      .lineWidth(isHead ? 1 : 0.4)
      .stroke('#b1b4b6');
    doc.endMarkedContent();
    doc.fillColor('#0b0c0c');
    doc.y = line + GAP - 2;
  }

  /** Begins a page where so many points do not fit. */
  #room(height: number): void {
    const doc = this.#doc;
    if (doc.y + height <= doc.page.height - MARGIN - FOOT) return;
    doc.addPage();
  }
}

/** The title and the number at the foot of every page: no part of what is read. */
function numberPages(doc: Doc, title: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    doc.switchToPage(start + index);
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    doc
      .font('text')
      .fontSize(sizes.table)
      .fillColor('#505a5f')
      .text(`${title}. Page ${index + 1} of ${count}`, MARGIN, doc.page.height - MARGIN, {
        width: INNER,
        lineBreak: false,
      });
    doc.endMarkedContent();
  }
}
