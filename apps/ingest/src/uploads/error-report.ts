import {
  landingFileGone,
  openChunk,
  readChunks,
  readFile,
  unwrapFile,
  type DataKey,
  type Kek,
} from '@kinledger/landing-store';
import type { UploadId } from '@kinledger/contracts';
import { stringify } from 'csv-stringify/sync';
import type pg from 'pg';
import type { ReportLine, ReportRule } from './landing-chunks.js';

const columns = [
  'row',
  'case_number',
  'column',
  'field',
  'rule',
  'severity',
  'message',
  'suggestion',
  'value',
] as const;

const CHUNKS_AT_ONCE = 4;

/**
 * Yields the error report of an upload as CSV. Values are the provider's own; one that a spreadsheet would interpret as
 * a formula gets a leading apostrophe.
 * @throws LandingFileGone, before it yields anything, if the report was deleted with the file's rows.
 */
export async function errorReport(
  pool: pg.Pool,
  kek: Kek,
  upload: UploadId,
): Promise<AsyncGenerator<string, undefined>> {
  const { dataKey } = unwrapFile(kek, await readFile(pool, upload));
  const [first] = await readChunks(pool, upload, { from: 0, limit: 1, kind: 'errors' });
  if (first === undefined) throw landingFileGone(upload);
  const rules = opened(dataKey, upload, first) as readonly ReportRule[];
  return lines(pool, dataKey, upload, rules);
}

async function* lines(
  pool: pg.Pool,
  dataKey: DataKey,
  upload: UploadId,
  rules: readonly ReportRule[],
): AsyncGenerator<string, undefined> {
  // Without a byte order mark Excel assumes Windows-1252.
  yield `\ufeff${asCsv([columns])}`;
  for (let from = 1; ; from += CHUNKS_AT_ONCE) {
    const chunks = await readChunks(pool, upload, { from, limit: CHUNKS_AT_ONCE, kind: 'errors' });
    for (const chunk of chunks) {
      const report = opened(dataKey, upload, chunk) as readonly ReportLine[];
      yield asCsv(report.map((line) => cells(line, rules)));
    }
    if (chunks.length < CHUNKS_AT_ONCE) return undefined;
  }
}

function cells([row, caseNumber, rule, value]: ReportLine, rules: readonly ReportRule[]): readonly string[] {
  const [code, severity, field, columnTitle, message, suggestion] = rules[rule] ?? ['', '', '', '', '', ''];
  const ofFile = row === 0;
  return [
    ofFile ? '' : String(row),
    caseNumber ?? '',
    columnTitle,
    field,
    code,
    severity,
    ofFile ? 'The file has no such column: every row lacks it.' : message,
    ofFile ? 'Add the column to the export if you hold it.' : suggestion,
    value ?? '',
  ];
}

const asCsv = (records: readonly (readonly string[])[]): string =>
  stringify(
    records.map((record) => [...record]),
    { record_delimiter: 'windows', escape_formulas: true },
  );

/** Parsed without a schema, because we wrote it and the seal proves that it is unchanged. */
const opened = (
  dataKey: DataKey,
  upload: UploadId,
  chunk: { readonly n: number; readonly sealed: Uint8Array },
): unknown =>
  JSON.parse(Buffer.from(openChunk(dataKey, upload, chunk.n, chunk.sealed, 'errors')).toString('utf8'));
