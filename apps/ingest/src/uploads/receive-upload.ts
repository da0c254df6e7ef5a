import { randomBytes, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { UploadId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { sha256Hex, type Period } from '@kinledger/domain';
import {
  type ColumnRead,
  type ColumnReadings,
  ColumnsSeen,
  type DateColumn,
  type DeclaredOrder,
  FileCounts,
  type FileLimits,
  type FileRefused,
  fileRefused,
  footerSignsOf,
  type HeaderMapping,
  isFileRefused,
  knownTitles,
  mapHeader,
  openFile,
  reasonToRefuse,
  type RefusalReason,
  type RowOutcome,
  RowValidator,
  sampled,
  type TableFile,
  type UnmatchedField,
  UnmatchedValues,
} from '@kinledger/intake-files';
import { createFile, deleteFile, deleteRows, type Kek, type LandingWriter } from '@kinledger/landing-store';
import type { Dataset, Programme } from '@kinledger/programme';
import { currentTraceparent } from '@kinledger/service-kit';
import type pg from 'pg';
import type { UploadLimits } from '../config.js';
import { mappingForHeader, mappingsFor, withMapping } from '../mapping/choose-mapping.js';
import { mappingDigest, titlesOf, type SavedMapping, type WantedMapping } from '../mapping/saved-mapping.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import type { KnownSalts } from '../salt/known-salts.js';
import { RegisterWriter } from '../register/register-writer.js';
import { deleteRegister } from '../register/register-table.js';
import { RowEntries } from '../register/row-entries.js';
import { foreseeSubmission, type OfferedFile } from '../submissions/foresee-submission.js';
import type { ForeseenSubmissions } from '../submissions/foreseen-submissions.js';
import { textOfOrders } from './declared-orders.js';
import { ReportChunks, RowChunks } from './landing-chunks.js';
import { MeteredBody } from './metered-body.js';
import { busy, stopping } from './stopping.js';
import type { Turnstile } from './turnstile.js';
import type { EffectsByMode, Reading, Upload } from './upload.js';
import { uploadChanged } from './upload-events.js';
import {
  deleteReceiving,
  finishReceiving,
  insertReceiving,
  recordHeartbeat,
  type ReadUpload,
} from './upload-table.js';

/** Dependencies of receiving files, the same for every file. */
export interface Receiver {
  readonly pool: pg.Pool;
  readonly programme: Programme;
  readonly kek: Kek;
  readonly contentHashKey: KeyObject;
  readonly limits: UploadLimits;
  readonly foreseen: ForeseenSubmissions;
  /** Workbooks are unpacked one after another, because the texts of each are in memory until its rows are landed. */
  readonly unpacking: Turnstile;
}

export interface FileToReceive {
  readonly dataset: Dataset;
  readonly period: Period;
  readonly uploadedBy: string;
  readonly body: Readable;
  readonly declaredBytes: number | undefined;
  /** Aborts when the service stops and can no longer wait for the rest of the file. */
  readonly hurry: AbortSignal;
  /** yyyy-mm-dd in Europe/London. */
  readonly today: string;
  readonly salts: KnownSalts;
  readonly wantedMapping?: WantedMapping | undefined;
  /** The order of day and month in columns, by field, as far as the sender declares it. */
  readonly orders: ReadonlyMap<string, DeclaredOrder>;
}

/** A file that was read to its end, whether or not it may be submitted. */
export interface ReceivedFile {
  readonly upload: Upload;
  readonly header: readonly string[];
  /** The name of the sheet that was read; undefined for a CSV file. */
  readonly sheetName: string | undefined;
  readonly mapping: HeaderMapping;
  readonly savedMapping: SavedMapping | undefined;
  /** Values of coded columns that are not listed. */
  readonly unmatched: readonly UnmatchedField[];
}

/** Rows that the landing store keeps: accepted rows, and refusals of consent that name a row id. */
const isKept: Readonly<Record<RowOutcome, boolean>> = {
  accepted: true,
  warned: true,
  'consent-refused': true,
  'not-consented': false,
  rejected: false,
  'set-aside': false,
  duplicate: false,
  blank: false,
};

const MAX_REPORT_LINES = 100_000;
const ALIVE_EVERY_MS = 30_000;

/**
 * Reads one file from its connection into the landing store, no faster than its rows are written: memory does not grow
 * with the file, except for a few bytes per row that detect repeated rows.
 * @throws FileRefused for a file that cannot be read, a Problem if the service stops; nothing of it is then left.
 */
export async function receiveUpload(receiver: Receiver, file: FileToReceive): Promise<ReceivedFile> {
  const { pool, limits } = receiver;
  const { period } = file;
  const metered = new MeteredBody(file.body, receiver.contentHashKey, {
    maxBytes: limits.maxBytes,
    declaredBytes: file.declaredBytes,
    pace: { bytesPerSecond: limits.leastBytesPerSecond, patienceMs: limits.idleSeconds * 1000 },
    hurry: file.hurry,
    salts: file.salts.spellings,
  });
  const upload = randomBytes(16).toString('hex') as UploadId;
  const chunks = metered.chunks();
  let begun = false;
  const unpacking = new UnpackingPlace(receiver.unpacking, file);
  let writer: LandingWriter | undefined;
  try {
    const mappings = await mappingsFor(pool, file.dataset, file.wantedMapping);
    const titles = knownTitles(file.dataset.schema, titlesOf(mappings));
    const table = await openFile(
      chunks,
      titles,
      fileLimits(limits, metered, unpacking),
      footerSignsOf(
        file.dataset.schema,
        (header) => mappingForHeader(mappings, file.dataset, header, file.wantedMapping)?.columns,
      ),
    );
    const savedMapping = mappingForHeader(mappings, file.dataset, table.header, file.wantedMapping);
    const dataset = withMapping(file.dataset, savedMapping);
    const mapping = mapHeader(dataset.schema, table.header, savedMapping?.columns);
    begun = true;
    await insertReceiving(pool, {
      upload,
      provider: dataset.serviceDefinition.provider,
      dataset: dataset.id,
      period: period.code,
      uploadedBy: file.uploadedBy,
      schemaHash: dataset.schemaHash,
      traceparent: currentTraceparent(),
    });
    writer = await createFile(pool, { upload, kek: receiver.kek });
    const { counts, rowsAlone, dates, columns, unmatched } = await landRows(
      receiver,
      { ...file, dataset },
      writer,
      table,
      mapping,
    );
    const reason = reasonToRefuse(counts, dates, columns, dataset);
    const end = { state: reason === null ? ('validated' as const) : ('refused' as const), reason };
    const readAs = [savedMapping === undefined ? '' : mappingDigest(savedMapping), textOfOrders(file.orders)];
    const contentHash = metered.contentHash(readAs.filter((part) => part !== '').join(' '));
    const offered = {
      upload,
      dataset: dataset.id,
      period: period.code,
      contentHash,
      schemaHash: dataset.schemaHash,
      rowsAlone,
    };
    const read: ReadUpload = {
      ...end,
      expiryDays: limits.expiryDays,
      bytes: metered.bytes,
      contentHash,
      reading: readingOf(table, columns),
      mapping: mapping.byField,
      savedMapping,
      unknownColumns: mapping.unknownColumns.length,
      counts: counts.counts,
      findings: counts.findings,
      rowsAlone,
      ifSubmitted: end.state === 'validated' ? await effectsOf(receiver, dataset, offered) : null,
    };
    const finished = await finish(receiver, upload, read);
    const { header, sheet } = table;
    return { upload: finished, header, sheetName: sheet?.name, mapping, savedMapping, unmatched };
  } catch (failure) {
    const error = isFileRefused(failure) ? await refusalAfterSearch(failure, chunks) : failure;
    await chunks.return(undefined);
    // A write in progress could otherwise commit after the deletion below.
    await writer?.abandon();
    if (begun) await discardReceiving(pool, upload, isFileRefused(error) ? 'refused' : 'interrupted');
    throw error;
  } finally {
    unpacking.leave();
  }
}

/**
 * Reasons for refusing a text that is not a table: those that the first line of a pseudonymising program's run log
 * causes.
 */
const notATable = new Set<RefusalReason>([
  ...['no-header', 'missing-columns', 'duplicate-columns', 'too-many-columns', 'unbalanced-quotes'],
  ...['field-too-long', 'utf-16-file', 'mapping-outdated'],
] as const);
/** A run log is smaller than this, and arrives faster. */
const SEARCHED_OF_REFUSED = 4 * 1024 ** 2;
const SEARCH_MS = 2000;

/** Searches the rest of a text that was refused for its form for the salt, before its sender is answered. */
export async function refusalAfterSearch(
  refusal: FileRefused,
  chunks: AsyncGenerator<Uint8Array, undefined>,
): Promise<FileRefused> {
  if (!notATable.has(refusal.reason)) return refusal;
  const until = performance.now() + SEARCH_MS;
  try {
    for (let searched = 0; searched < SEARCHED_OF_REFUSED && performance.now() < until;) {
      const next = await chunks.next();
      if (next.done === true) return refusal;
      searched += next.value.byteLength;
    }
    return refusal;
  } catch (error) {
    return isFileRefused(error) && error.reason === 'holds-the-salt' ? error : refusal;
  }
}

/** A file’s place among the workbooks that are unpacked, which a CSV file never takes. */
export class UnpackingPlace {
  #isTaken = false;

  constructor(
    readonly door: Turnstile,
    readonly file: Pick<FileToReceive, 'uploadedBy' | 'hurry'>,
  ) {}

  /** @throws Problem if none becomes free in time, or the service stops. */
  async take(): Promise<void> {
    const { uploadedBy, hurry } = this.file;
    this.#isTaken = await this.door.enter(uploadedBy, hurry);
    if (!this.#isTaken) throw hurry.aborted ? stopping() : busy();
  }

  leave(): void {
    if (this.#isTaken) this.door.leave(this.file.uploadedBy);
  }
}

/** How a file was read, without the name of its sheet, which may be anything. */
const readingOf = (table: TableFile, columns: readonly ColumnRead[]): Reading => ({
  format: table.format,
  encoding: table.encoding(),
  delimiter: table.delimiter,
  sheet: table.sheet?.place ?? null,
  headerRow: table.headerRow,
  remarks: table.remarks(),
  columns,
});

/** No valid row is longer than its columns may be in total; an unclosed quotation mark causes one that is. */
const maxRowBytes = ({ maxColumns, maxFieldLength }: UploadLimits) =>
  Math.min(maxColumns * maxFieldLength, 1024 * 1024);

/** How a file is opened, whether its rows are kept or only looked at. */
export const fileLimits = (
  limits: UploadLimits,
  metered: MeteredBody,
  unpacking: UnpackingPlace,
): FileLimits => ({
  maxColumns: limits.maxColumns,
  maxRowBytes: maxRowBytes(limits),
  inspect: () => metered.inspect(),
  beforeUnpacking: () => unpacking.take(),
});

/** The validator of a file's rows, whether they are kept or only looked at. */
export const rowValidatorFor = (
  { limits, programme }: Pick<Receiver, 'limits' | 'programme'>,
  { dataset, period, today, salts }: Pick<FileToReceive, 'dataset' | 'period' | 'today' | 'salts'>,
  { header }: Pick<TableFile, 'header'>,
  mapping: HeaderMapping,
  readings: ColumnReadings,
): RowValidator =>
  new RowValidator(dataset, mapping, {
    headerLength: header.length,
    dates: {
      ...{ today, period, holdsEarlierRows: dataset.extractKind !== 'delta' },
      plausibility: programme.definition.plausibility,
    },
    limits,
    synthetic: programme.definition.synthetic,
    salts,
    readings,
    sha256: sha256Hex,
  });

async function landRows(
  { pool, limits, contentHashKey, programme }: Receiver,
  file: FileToReceive,
  writer: LandingWriter,
  table: TableFile,
  mapping: HeaderMapping,
): Promise<{
  readonly counts: FileCounts;
  readonly rowsAlone: number;
  readonly dates: readonly DateColumn[];
  readonly columns: readonly ColumnRead[];
  readonly unmatched: readonly UnmatchedField[];
}> {
  const { dataset } = file;
  const { sample, batches } = await sampled(table.batches);
  const seen = new ColumnsSeen(dataset.schema, mapping, file.orders);
  for (const record of sample) seen.add(record);
  const { readings } = seen;
  let stillHeld = sample.length;
  const validator = rowValidatorFor({ limits, programme }, file, table, mapping, readings);
  const rows = new RowChunks(writer);
  const entries = new RowEntries(
    contentHashKey,
    dataset.id,
    dataset.schema,
    dataset.serviceDefinition.provider,
    dataset.derived !== undefined,
  );
  const register = new RegisterWriter(pool, writer.upload, entries);
  const report = new ReportChunks(writer, validator.rules, table.header, MAX_REPORT_LINES);
  await report.begin();
  const counts = new FileCounts();
  const unmatched = new UnmatchedValues(dataset.schema);
  let rowNumber = table.headerRow;
  let heartbeatAt = performance.now();
  for await (const batch of batches) {
    for (const record of batch) {
      rowNumber += 1;
      if (stillHeld > 0) stillHeld -= 1;
      else seen.add(record);
      const row = validator.validate(record, rowNumber);
      counts.add(row);
      unmatched.add(row.findings);
      if (report.add(rowNumber, row.caseNumber, row.findings)) await report.write();
      if (!isKept[row.outcome]) continue;
      if (rows.add([rowNumber, row.values])) await rows.write();
      if (register.add(row.values)) await register.write();
    }
    entries.forget();
    if (rowNumber - table.headerRow > limits.maxRows) throw tooManyRows(limits.maxRows);
    if (performance.now() - heartbeatAt > ALIVE_EVERY_MS) {
      if (!(await recordHeartbeat(pool, writer.upload)))
        throw new Error('the upload was deleted as interrupted');
      heartbeatAt = performance.now();
    }
  }
  if (counts.counts.read === 0) throw noRows();
  await rows.write();
  await report.write();
  await writer.flush();
  const dates = validator.dateColumns();
  for (const { rule, doubtful } of dates) if (rule !== undefined) counts.addFinding(rule, doubtful);
  for (const { rule, rows: without } of validator.fileFindings()) counts.addFinding(rule, without);
  const columns = [...validator.ordersRead(), ...seen.asRead(readings)];
  return { counts, rowsAlone: await register.finish(), dates, columns, unmatched: unmatched.byField() };
}

async function finish({ pool, programme }: Receiver, id: UploadId, read: ReadUpload): Promise<Upload> {
  return inTransaction(pool, async (client) => {
    const upload = await finishReceiving(client, id, read);
    if (upload === undefined) throw new Error('the upload was deleted as interrupted');
    if (upload.state === 'refused') {
      await deleteRows(client, id);
      await deleteRegister(client, id);
    }
    const change = {
      state: read.state,
      ...(read.reason === null ? {} : { reason: read.reason }),
    };
    await intakeOutbox.write(client, [uploadChanged(programme.definition.id, upload, new Date(), change)]);
    return upload;
  });
}

/** Predicts what submitting the file would do, by mode. */
async function effectsOf(
  { pool, foreseen }: Receiver,
  dataset: Dataset,
  file: OfferedFile,
): Promise<EffectsByMode> {
  const whole = await foreseeSubmission(pool, dataset, file);
  foreseen.keep(file.upload, whole);
  const { replace, add } = whole.effects;
  return { ...(replace && { replace }), ...(add && { add }) };
}

/** If this fails, the sweep of interrupted uploads soon deletes the rest. */
async function discardReceiving(
  pool: pg.Pool,
  upload: UploadId,
  why: 'refused' | 'interrupted',
): Promise<void> {
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
    'The file has column titles but no rows. Check the export’s dates; if there is nothing to report for the period, make a nil return.',
  );
