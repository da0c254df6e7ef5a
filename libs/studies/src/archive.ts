import { createHash } from 'node:crypto';
import { ZipWriter } from '@zip.js/zip.js';
import { stringify } from 'csv-stringify/sync';
import { cellsOf, isMissing, type ExtractRow } from './cells.js';
import type { AboutExtract } from './documents/about-extract.js';
import { codebook } from './documents/codebook.js';
import { dummyTable } from './documents/dummy-table.js';
import { fiveSafes } from './documents/five-safes.js';
import { readme } from './documents/readme.js';
import type { TableCounts } from './documents/table-counts.js';
import type { ExtractTable } from './tables.js';

export interface ArchiveOptions extends Omit<AboutExtract, 'counts'> {
  /** The rows of a table in batches, in the order of the query. */
  readonly rowsOf: (table: ExtractTable) => AsyncIterable<readonly ExtractRow[]>;
  /** Receives the ZIP file, and stays open. Its back-pressure holds the query back. */
  readonly to: WritableStream<Uint8Array>;
}

/** Of an archive that was written: its people, and the SHA-256 of its manifest, 64 hex digits. */
export interface WrittenArchive {
  readonly people: number;
  readonly manifest: string;
}

interface Entry {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows?: number;
}

/** Nothing in the archive tells when it was made: the same content gives the same bytes. ZIP knows no earlier year. */
const NO_TIME = new Date(Date.UTC(1980, 0, 1, 12));

/** Writes an extract as a ZIP file: tables, codebook, dummy tables, documents, specification and manifest. */
export async function writeArchive({ rowsOf, to, ...about }: ArchiveOptions): Promise<WrittenArchive> {
  const zip = new ZipWriter<unknown>(to, {
    useWebWorkers: false,
    extendedTimestamp: false,
    lastModDate: NO_TIME,
  });
  const entries: Entry[] = [];
  const add = async (file: string, parts: AsyncIterable<string> | readonly string[], rows?: () => number) => {
    const hash = createHash('sha256');
    let bytes = 0;
    const measured = async function* () {
      for await (const part of parts) {
        const chunk = Buffer.from(part, 'utf8');
        hash.update(chunk);
        bytes += chunk.length;
        yield new Uint8Array(chunk);
      }
    };
    await zip.add(file, ReadableStream.from<Uint8Array>(measured()));
    const entry = {
      file,
      bytes,
      sha256: hash.digest('hex'),
      ...(rows === undefined ? {} : { rows: rows() }),
    };
    entries.push(entry);
    return entry;
  };

  const counts: TableCounts[] = [];
  for (const table of about.tables) {
    const counted = { rows: 0, filled: table.columns.map(() => 0) };
    await add(`${table.name}.csv`, csvOf(table, rowsOf(table), counted), () => counted.rows);
    counts.push(counted);
  }
  for (const table of about.tables) await add(`dummy/${table.name}.csv`, [dummyTable(table)]);
  await add('codebook.csv', [codebook(about.tables, counts)]);
  await add('README.md', [readme({ ...about, counts })]);
  await add('five-safes.md', [fiveSafes({ ...about, counts })]);
  await add('specification.json', [pretty(about.specification)]);
  const { programme, definition, position, specification } = about;
  const manifest = pretty({
    ...{ version: 1, study: specification.study, programme, definition, position },
    files: [...entries],
  });
  const { sha256 } = await add('manifest.json', [manifest]);
  await zip.close(undefined, { preventClose: true });
  return { people: counts[0]?.rows ?? 0, manifest: sha256 };
}

const pretty = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

async function* csvOf(
  { columns }: ExtractTable,
  batches: AsyncIterable<readonly ExtractRow[]>,
  counted: { rows: number; readonly filled: number[] },
): AsyncGenerator<string> {
  yield asCsv([columns.map(({ name }) => name)]);
  for await (const rows of batches) {
    const lines = rows.map((row) => cellsOf(columns, row));
    counted.rows += lines.length;
    for (const line of lines)
      line.forEach((cell, place) => {
        if (!isMissing(cell)) counted.filled[place] = (counted.filled[place] ?? 0) + 1;
      });
    yield asCsv(lines);
  }
}

const asCsv = (lines: string[][]): string => stringify(lines, { record_delimiter: '\r\n' });
