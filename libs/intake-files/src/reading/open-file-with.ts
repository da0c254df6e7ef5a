import { concatenated } from './concatenated.js';
import { openCsvWith, type CsvParser } from './csv-file.js';
import { SIGNATURE_BYTES } from './file-signature.js';
import { WithoutFooter } from './footer.js';
import type { OpenFile, TableFile } from './table-file.js';
import { isWorkbook, openWorkbook } from './workbook/open-workbook.js';

/** Opens files, with the CSV parser of the surroundings. */
export const openFileWith =
  (csvParser: CsvParser): OpenFile =>
  async (source, knownTitles, limits, footerSigns) => {
    const head = await firstBytes(source);
    const whole = startingWith(head, source);
    const table = isWorkbook(head)
      ? await openWorkbook(whole, knownTitles, limits)
      : await openCsvWith(csvParser, whole, knownTitles, limits);
    const footer = new WithoutFooter();
    return {
      ...table,
      batches: footer.batches(table.batches, table.header, footerSigns),
      remarks: () => ({ ...table.remarks(), footerRows: footer.rows, footerFrom: rowOf(footer, table) }),
    };
  };

/** The row of a footer's first line as a spreadsheet numbers it. */
const rowOf = ({ first }: WithoutFooter, { headerRow }: Pick<TableFile, 'headerRow'>): number | null =>
  first === null ? null : headerRow + first;

/** The first bytes of a file: enough to tell its type, unless it is shorter. */
async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < SIGNATURE_BYTES) {
    const next = await source.next();
    if (next.done === true) break;
    head = concatenated([head, next.value]);
  }
  return head;
}

async function* startingWith(
  head: Uint8Array,
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  if (head.length > 0) yield head;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  return undefined;
}
