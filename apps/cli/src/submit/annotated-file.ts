import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { headerKey } from '@kinledger/programme/definition';
import { openFile } from '@kinledger/intake-files';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { Failure } from '../failure.js';

/** Column titles of a file that the service found, to find them again. */
export type KnownTitles = readonly string[];

/** Title of the added column. */
const ERRORS = 'errors';
const LIMITS = { maxColumns: 1_000, maxRowBytes: 4 * 1024 * 1024 };

/** What is said of each row, by its number in the file; 0 for what is said of the file. */
export function messagesByRow(errorReport: string): ReadonlyMap<number, string> {
  const lines: Record<string, string>[] = parse(errorReport, { columns: true, bom: true });
  const byRow = new Map<number, string>();
  for (const { row = '', severity = '', message = '', suggestion = '' } of lines) {
    const number = Number(row);
    const said = `${severity}: ${message} ${suggestion}`.trim();
    const before = byRow.get(number);
    byRow.set(number, before === undefined ? said : `${before} | ${said}`);
  }
  return byRow;
}

/**
 * Writes a provider’s file again, from its titles on, with a last column that says what is wrong with each row. The
 * values are as in the file, but one that a spreadsheet would run as a formula has an apostrophe in front. Readable by
 * its owner only; replaces an earlier one. Memory is bounded by the error report.
 * @throws FileRefused if the file is neither a CSV file nor a workbook; Failure if the target cannot be written.
 */
export async function writeAnnotated(
  file: string,
  target: string,
  titles: KnownTitles,
  messages: ReadonlyMap<number, string>,
): Promise<void> {
  const partial = `${target}.${randomBytes(6).toString('hex')}.partial`;
  const output = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Failure(`${target} cannot be written (${code})`);
  });
  const source = createReadStream(file);
  try {
    const known = new Set(titles.map(headerKey));
    const countKnown = (cells: readonly string[]) => cells.filter((cell) => known.has(headerKey(cell))).length; // prettier-ignore
    const table = await openFile(source[Symbol.asyncIterator](), countKnown, LIMITS);
    const asCsv = (records: readonly (readonly string[])[]) =>
      stringify(records.map((record) => [...record]), {
        delimiter: table.delimiter ?? ',',
        record_delimiter: 'windows',
        escape_formulas: true,
      }); // prettier-ignore
    // Without a byte order mark Excel assumes Windows-1252.
    await output.write(`\ufeff${asCsv([[...table.header, ERRORS]])}`);
    let row = table.headerRow;
    for await (const batch of table.batches) {
      const records = batch.map((record) => {
        row += 1;
        return [...padded(record, table.header.length), messages.get(row) ?? ''];
      });
      if (records.length > 0) await output.write(asCsv(records));
    }
    await output.close();
    await rename(partial, target);
  } catch (error) {
    await output.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  } finally {
    source.destroy();
  }
}

/** Short rows get empty cells, so that all messages stand in one column. */
const padded = (record: readonly string[], length: number): readonly string[] =>
  record.length >= length ? record : [...record, ...Array.from({ length: length - record.length }, () => '')];
