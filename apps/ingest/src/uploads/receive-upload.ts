import { randomBytes, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { UploadId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import type { Period } from '@kinledger/domain';
import { createFile, deleteFile, deleteRows, type Kek, type LandingWriter } from '@kinledger/landing-store';
import { writeOutbox } from '@kinledger/message-bus';
import type { Dataset, Programme } from '@kinledger/programme';
import type pg from 'pg';
import type { UploadLimits } from '../config.js';
import { knownTitles, mapHeader, type HeaderMapping } from '../mapping/header-mapping.js';
import { OUTBOX_SCHEMA } from '../outbox/outbox.module.js';
import { openCsv, type CsvFile } from '../reading/csv-file.js';
import { fileRefused, isFileRefused } from '../reading/file-refused.js';
import { RowValidator } from '../validation/row-validator.js';
import { FileCounts } from './counts.js';
import { ReportChunks, RowChunks } from './landing-chunks.js';
import { MeteredBody } from './metered-body.js';
import type { Upload } from './upload.js';
import { uploadChanged } from './upload-events.js';
import {
  deleteReceiving,
  finishReceiving,
  insertReceiving,
  sayAlive,
  type ReadUpload,
} from './upload-table.js';

/** Where files are received: what does not change from one to the next. */
export interface Receiver {
  readonly pool: pg.Pool;
  readonly programme: Programme;
  readonly kek: Kek;
  readonly contentHashKey: KeyObject;
  readonly limits: UploadLimits;
}

export interface FileToReceive {
  readonly dataset: Dataset;
  readonly period: Period;
  readonly uploadedBy: string;
  readonly body: Readable;
  readonly declaredBytes: number | undefined;
  /** yyyy-mm-dd in Europe/London. */
  readonly today: string;
}

/** A file that was read to its end, whether it is good enough to be submitted or not. */
export interface ReceivedFile {
  readonly upload: Upload;
  readonly header: readonly string[];
  readonly mapping: HeaderMapping;
}

const MAX_REPORT_LINES = 100_000;
const ALIVE_EVERY_MS = 30_000;

/**
 * Reads one file from its connection into the landing store, row by row and no faster than rows are written: memory
 * does not grow with the file, save for a few bytes a row by which repeated rows are known.
 * @throws FileRefused for a file that cannot be taken; then nothing of it is left.
 */
export async function receiveUpload(receiver: Receiver, file: FileToReceive): Promise<ReceivedFile> {
  const { pool, limits } = receiver;
  const { dataset, period } = file;
  const metered = new MeteredBody(file.body, receiver.contentHashKey, {
    maxBytes: limits.maxBytes,
    declaredBytes: file.declaredBytes,
    pace: { bytesPerSecond: limits.leastBytesPerSecond, patienceMs: limits.idleSeconds * 1000 },
  });
  const upload = randomBytes(16).toString('hex') as UploadId;
  const chunks = metered.chunks();
  let begun = false;
  let writer: LandingWriter | undefined;
  try {
    const csv = await openCsv(chunks, knownTitles(dataset.schema), {
      maxColumns: limits.maxColumns,
      maxRowBytes: maxRowBytes(limits),
    });
    const mapping = mapHeader(dataset.schema, csv.header);
    begun = true;
    await insertReceiving(pool, {
      upload,
      provider: dataset.serviceDefinition.provider,
      dataset: dataset.id,
      period: period.code,
      uploadedBy: file.uploadedBy,
      schemaHash: dataset.schemaHash,
    });
    writer = await createFile(pool, { upload, kek: receiver.kek });
    const counts = await landRows(receiver, file, writer, csv, mapping);
    const read: ReadUpload = {
      ...verdict(counts, dataset),
      expiryDays: limits.expiryDays,
      bytes: metered.bytes,
      contentHash: metered.contentHash(),
      encoding: csv.encoding(),
      mapping: mapping.byField,
      unknownColumns: mapping.unknownColumns.length,
      counts: counts.counts,
      findings: counts.findings,
    };
    return { upload: await finish(receiver, upload, read), header: csv.header, mapping };
  } catch (error) {
    await chunks.return(undefined);
    // A write that is under way would outlive what is deleted before it commits.
    await writer?.abandon();
    if (begun) await leaveNothing(pool, upload, isFileRefused(error) ? 'refused' : 'interrupted');
    throw error;
  }
}

/** No honest row is longer than its columns may be; a quotation mark that is never closed makes one that is. */
const maxRowBytes = ({ maxColumns, maxFieldLength }: UploadLimits) =>
  Math.min(maxColumns * maxFieldLength, 1024 * 1024);

async function landRows(
  { pool, limits }: Receiver,
  { dataset, period, today }: FileToReceive,
  writer: LandingWriter,
  csv: CsvFile,
  mapping: HeaderMapping,
): Promise<FileCounts> {
  const validator = new RowValidator(dataset, mapping, {
    headerLength: csv.header.length,
    dates: { today, period, holdsEarlierRows: dataset.extractKind !== 'delta' },
    limits,
  });
  const rows = new RowChunks(writer);
  const report = new ReportChunks(writer, validator.rules, csv.header, MAX_REPORT_LINES);
  await report.begin();
  const counts = new FileCounts();
  // The header is row 1.
  let rowNumber = 1;
  let saidAliveAt = performance.now();
  for await (const batch of csv.batches) {
    for (const record of batch) {
      rowNumber += 1;
      const row = validator.validate(record, rowNumber);
      counts.add(row);
      if (report.add(rowNumber, row.caseNumber, row.findings)) await report.write();
      const taken = row.outcome === 'accepted' || row.outcome === 'warned';
      if (taken && rows.add([rowNumber, row.values])) await rows.write();
    }
    if (rowNumber - 1 > limits.maxRows) throw tooManyRows(limits.maxRows);
    if (performance.now() - saidAliveAt > ALIVE_EVERY_MS) {
      if (!(await sayAlive(pool, writer.upload))) throw new Error('the upload was taken for interrupted');
      saidAliveAt = performance.now();
    }
  }
  if (counts.counts.read === 0) throw noRows();
  await rows.write();
  await report.write();
  await writer.flush();
  return counts;
}

/** A file is refused as a whole when too much of it is; its error report stays until it is discarded or expires. */
function verdict(counts: FileCounts, dataset: Dataset): Pick<ReadUpload, 'state' | 'reason'> {
  if (counts.rejectedShare > dataset.rejectionThreshold) {
    return { state: 'refused', reason: 'too-many-rejected-rows' };
  }
  if (counts.counts.accepted === 0) return { state: 'refused', reason: 'no-usable-row' };
  return { state: 'validated', reason: null };
}

async function finish({ pool, programme }: Receiver, id: UploadId, read: ReadUpload): Promise<Upload> {
  return inTransaction(pool, async (client) => {
    const upload = await finishReceiving(client, id, read);
    if (upload === undefined) throw new Error('the upload was taken for interrupted');
    if (upload.state === 'refused') await deleteRows(client, id);
    const change = {
      state: read.state,
      ...(read.reason === null ? {} : { reason: read.reason }),
    };
    await writeOutbox(client, OUTBOX_SCHEMA, [
      uploadChanged(programme.definition.id, upload, new Date(), change),
    ]);
    return upload;
  });
}

/** What fails here is done by the sweep of interrupted uploads, before long. */
async function leaveNothing(pool: pg.Pool, upload: UploadId, why: 'refused' | 'interrupted'): Promise<void> {
  await inTransaction(pool, async (client) => {
    await deleteFile(client, upload, why);
    await deleteReceiving(client, upload);
  }).catch(() => undefined);
}

const tooManyRows = (maxRows: number) =>
  fileRefused(
    'too-many-rows',
    `The file has more than ${maxRows} rows. Send it in parts, the later ones with the mode "add".`,
  );

const noRows = () =>
  fileRefused(
    'no-rows',
    'The file has column titles but no row under them. Check the export’s dates; if there is nothing to report for the period, tell the data team.',
  );
