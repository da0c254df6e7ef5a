import type { Part } from './archive-of.js';
import { archiveOf } from './archive-of.js';

type Pack = (bytes: Uint8Array) => Uint8Array;

const relation = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`;

/** Text as XML. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A cell of an .xlsx sheet with a text. */
export const xlsxCell = (text: string) => `<c t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;

export const xlsxSheet = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;

export interface XlsxParts {
  /** The XML of each sheet, or the part with it. */
  readonly sheets: readonly (string | Omit<Part, 'name'>)[];
  readonly sharedStrings?: string;
  readonly more?: readonly Part[];
  readonly pack?: Pack;
}

/** An .xlsx workbook with these parts. */
export function xlsxOfParts({ sheets, sharedStrings, more = [], pack }: XlsxParts): Uint8Array<ArrayBuffer> {
  const places = sheets.map((_, index) => index + 1);
  const links = places.map((place) => relation(`r${place}`, 'worksheet', `worksheets/sheet${place}.xml`));
  const names = places.map((place) => `<sheet name="Sheet${place}" sheetId="${place}" r:id="r${place}"/>`);
  return archiveOf(
    [
      { name: '[Content_Types].xml', content: '<Types/>' },
      {
        name: '_rels/.rels',
        content: `<Relationships>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
      },
      { name: 'xl/workbook.xml', content: `<workbook><sheets>${names.join('')}</sheets></workbook>` },
      {
        name: 'xl/_rels/workbook.xml.rels',
        content: `<Relationships>${links.join('')}${relation('texts', 'sharedStrings', '/xl/sharedStrings.xml')}</Relationships>`,
      },
      ...(sharedStrings === undefined ? [] : [{ name: 'xl/sharedStrings.xml', content: sharedStrings }]),
      ...sheets.map((sheet, index) => ({
        name: `xl/worksheets/sheet${index + 1}.xml`,
        ...(typeof sheet === 'string' ? { content: sheet } : sheet),
      })),
      ...more,
    ],
    pack,
  );
}

/** An .xlsx workbook whose sheets hold these texts. */
export const xlsxOf = (...sheets: readonly (readonly (readonly string[])[])[]): Uint8Array<ArrayBuffer> =>
  xlsxOfParts({
    sheets: sheets.map((rows) =>
      xlsxSheet(rows.map((cells) => `<row>${cells.map(xlsxCell).join('')}</row>`).join('')),
    ),
  });

/** A cell of an .ods sheet with a text. */
export const odsCell = (text: string, attributes = '') =>
  `<table:table-cell office:value-type="string" ${attributes}><text:p>${escaped(text)}</text:p></table:table-cell>`;

/** An .ods workbook with one sheet of these rows, as XML. */
export const odsOfRows = (rows: string, more: readonly Part[] = [], pack?: Pack): Uint8Array<ArrayBuffer> =>
  archiveOf(
    [
      { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' },
      {
        name: 'content.xml',
        content: `<office:document-content><office:body><office:spreadsheet><table:table table:name="One">${rows}</table:table></office:spreadsheet></office:body></office:document-content>`,
      },
      ...more,
    ],
    pack,
  );
