import type { DatasetId, PeriodCode, ProviderId, SubmissionId, UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';
import type { CountsByRule, IntakeCounts } from '@kinledger/intake-files';
import type { MappingVersion } from '../mapping/saved-mapping.js';
import { deleteRegister } from '../register/register-table.js';
import type { EffectsByMode, Reading, Upload } from './upload.js';

/** Data of an upload before its rows are read. */
export interface NewUpload {
  readonly upload: UploadId;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly uploadedBy: string;
  readonly schemaHash: string;
  readonly traceparent: string | undefined;
}

/** Data of an upload after its rows were read. */
export interface ReadUpload {
  readonly state: 'validated' | 'refused';
  readonly reason: string | null;
  readonly expiryDays: number;
  readonly bytes: number;
  readonly contentHash: string;
  readonly reading: Reading;
  readonly mapping: Readonly<Record<string, number>>;
  readonly savedMapping: MappingVersion | undefined;
  readonly unknownColumns: number;
  readonly counts: IntakeCounts;
  readonly findings: CountsByRule;
  /** Rows that are not in the register; null if there is no register. */
  readonly rowsAlone: number | null;
  readonly ifSubmitted: EffectsByMode | null;
}

export async function insertReceiving(client: Queryable, upload: NewUpload): Promise<void> {
  await client.query(
    `INSERT INTO ingest.upload (upload, provider, dataset, period, state, uploaded_by, schema_hash, traceparent)
     VALUES ($1, $2, $3, $4, 'receiving', $5, $6, $7)`,
    [
      upload.upload,
      upload.provider,
      upload.dataset,
      upload.period,
      upload.uploadedBy,
      upload.schemaHash,
      upload.traceparent ?? null,
    ],
  );
}

/** Returns false if the upload was deleted as interrupted. */
export async function recordHeartbeat(client: Queryable, upload: UploadId): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE ingest.upload SET alive_at = now() WHERE upload = $1 AND state = 'receiving'",
    [upload],
  );
  return rowCount === 1;
}

/** Returns the upload in its new state; undefined if it was deleted as interrupted. */
export async function finishReceiving(
  client: Queryable,
  upload: UploadId,
  read: ReadUpload,
): Promise<Upload | undefined> {
  const { rows } = await client.query<UploadRow>(
    `UPDATE ingest.upload
     SET validated_at = now(), state = $2, reason = $3, expires_at = now() + $4 * interval '1 day', bytes = $5, content_hash = $6,
         encoding = $7, mapping = $8, unknown_columns = $9, counts = $10, findings = $11, rows_alone = $12,
         if_submitted = $13, delimiter = $14, header_row = $15, saved_mapping = $16, saved_mapping_version = $17,
         format = $18, sheet = $19, remarks = $20, columns_read = $21
     WHERE upload = $1 AND state = 'receiving'
     RETURNING ${columns}`,
    [
      upload,
      read.state,
      read.reason,
      read.expiryDays,
      read.bytes,
      read.contentHash,
      read.reading.encoding,
      JSON.stringify(read.mapping),
      read.unknownColumns,
      JSON.stringify(read.counts),
      JSON.stringify(read.findings),
      read.rowsAlone,
      read.ifSubmitted === null ? null : JSON.stringify(read.ifSubmitted),
      read.reading.delimiter,
      read.reading.headerRow,
      read.savedMapping?.mapping ?? null,
      read.savedMapping?.version ?? null,
      read.reading.format,
      read.reading.sheet,
      read.reading.remarks === null ? null : JSON.stringify(read.reading.remarks),
      read.reading.columns === null ? null : JSON.stringify(read.reading.columns),
    ],
  );
  return rows[0] && uploadOf(rows[0]);
}

/** An upload that is being received can be deleted without trace, because nobody was told of it. */
export async function deleteReceiving(client: Queryable, upload: UploadId): Promise<void> {
  await client.query("DELETE FROM ingest.upload WHERE upload = $1 AND state = 'receiving'", [upload]);
}

export async function readUpload(client: Queryable, upload: string): Promise<Upload | undefined> {
  return one(
    client,
    `SELECT ${columns} FROM ingest.upload WHERE upload = $1 AND state <> 'receiving'`,
    upload,
  );
}

export async function readUploads(
  client: Queryable,
  uploads: readonly UploadId[],
): Promise<ReadonlyMap<UploadId, Upload>> {
  const { rows } = await client.query<UploadRow>(
    `SELECT ${columns} FROM ingest.upload WHERE upload = ANY ($1::text[]) AND state <> 'receiving'`,
    [uploads],
  );
  return new Map(rows.map((row) => [row.upload, uploadOf(row)]));
}

/** The same, locked against changes until the transaction ends. */
export async function lockUpload(client: Queryable, upload: string): Promise<Upload | undefined> {
  return one(
    client,
    `SELECT ${columns} FROM ingest.upload WHERE upload = $1 AND state <> 'receiving' FOR UPDATE`,
    upload,
  );
}

/** The saved mappings by which files were read; an upload that was read without one is absent. */
export async function savedMappingsOf(
  client: Queryable,
  uploads: readonly UploadId[],
): Promise<ReadonlyMap<UploadId, MappingVersion>> {
  const { rows } = await client.query<MappingVersion & { readonly upload: UploadId }>(
    `SELECT upload, saved_mapping AS mapping, saved_mapping_version AS version FROM ingest.upload
     WHERE upload = ANY ($1::text[]) AND saved_mapping IS NOT NULL`,
    [uploads],
  );
  return new Map(rows.map(({ upload, ...saved }) => [upload, saved]));
}

export async function markDiscarded(
  client: Queryable,
  upload: UploadId,
  reason: string | null,
  submission: SubmissionId | null = null,
): Promise<void> {
  await client.query(
    "UPDATE ingest.upload SET state = 'discarded', reason = $2, submission = $3 WHERE upload = $1",
    [upload, reason, submission],
  );
  await deleteRegister(client, upload);
}

export async function markAccepted(
  client: Queryable,
  upload: UploadId,
  submission: SubmissionId,
): Promise<void> {
  await client.query("UPDATE ingest.upload SET state = 'accepted', submission = $2 WHERE upload = $1", [
    upload,
    submission,
  ]);
}

/** Uploads that were read and neither submitted nor discarded, the latest first: of one provider, or of all. */
export async function listWaiting(
  client: Queryable,
  { provider, limit }: { readonly provider: ProviderId | undefined; readonly limit: number },
): Promise<readonly Upload[]> {
  const { rows } = await client.query<UploadRow>(
    `SELECT ${columns} FROM ingest.upload
     WHERE state IN ('validated', 'refused') AND ($1::text IS NULL OR provider = $1)
     ORDER BY received_at DESC, upload LIMIT $2`,
    [provider ?? null, limit],
  );
  return rows.map(uploadOf);
}

/** Locks uploads that were not submitted in time; skips those that somebody else has locked. */
export async function lockExpired(client: Queryable, limit: number): Promise<readonly Upload[]> {
  const { rows } = await client.query<UploadRow>(
    `SELECT ${columns} FROM ingest.upload
     WHERE state IN ('validated', 'refused') AND expires_at < now()
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows.map(uploadOf);
}

/** Locks uploads whose receiver has sent no heartbeat for this many minutes; skips locked ones. */
export async function lockInterrupted(
  client: Queryable,
  silentMinutes: number,
): Promise<readonly UploadId[]> {
  const { rows } = await client.query<{ upload: UploadId }>(
    `SELECT upload FROM ingest.upload
     WHERE state = 'receiving' AND alive_at < now() - $1 * interval '1 minute' FOR UPDATE SKIP LOCKED`,
    [silentMinutes],
  );
  return rows.map(({ upload }) => upload);
}

const columns = `upload, provider, dataset, period, state, reason, received_at, expires_at, bytes, content_hash,
  schema_hash, encoding, delimiter, header_row, format, sheet, remarks, columns_read, mapping, unknown_columns, counts, findings,
  rows_alone, if_submitted, submission, traceparent, saved_mapping, saved_mapping_version`;

/** A row whose file has been read, so that the columns written then are set. */
interface UploadRow {
  readonly upload: UploadId;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly state: Upload['state'];
  readonly reason: string | null;
  readonly received_at: Date;
  readonly expires_at: Date;
  readonly bytes: number;
  readonly content_hash: string;
  readonly schema_hash: string;
  readonly encoding: Reading['encoding'];
  readonly delimiter: Reading['delimiter'];
  readonly header_row: Reading['headerRow'];
  readonly format: Reading['format'];
  readonly sheet: Reading['sheet'];
  readonly remarks: Reading['remarks'];
  readonly columns_read: Reading['columns'];
  readonly mapping: Readonly<Record<string, number>>;
  readonly unknown_columns: number;
  readonly counts: IntakeCounts;
  readonly findings: CountsByRule;
  readonly rows_alone: number | null;
  readonly if_submitted: EffectsByMode | null;
  readonly submission: SubmissionId | null;
  readonly traceparent: string | null;
  readonly saved_mapping: string | null;
  readonly saved_mapping_version: number | null;
}

const uploadOf = (row: UploadRow): Upload => ({
  upload: row.upload,
  provider: row.provider,
  dataset: row.dataset,
  period: row.period,
  state: row.state,
  reason: row.reason,
  receivedAt: row.received_at,
  expiresAt: row.expires_at,
  bytes: row.bytes,
  contentHash: row.content_hash,
  schemaHash: row.schema_hash,
  reading: {
    format: row.format,
    encoding: row.encoding,
    delimiter: row.delimiter,
    headerRow: row.header_row,
    sheet: row.sheet,
    // An earlier version did not keep where a footer begins.
    remarks: row.remarks && { ...row.remarks, footerFrom: row.remarks.footerFrom ?? null },
    columns: row.columns_read,
  },
  mapping: row.mapping,
  savedMapping:
    row.saved_mapping === null || row.saved_mapping_version === null
      ? null
      : { mapping: row.saved_mapping, version: row.saved_mapping_version },
  unknownColumns: row.unknown_columns,
  counts: row.counts,
  findings: row.findings,
  rowsAlone: row.rows_alone,
  ifSubmitted: row.if_submitted,
  submission: row.submission,
  traceparent: row.traceparent,
});

async function one(client: Queryable, sql: string, upload: string): Promise<Upload | undefined> {
  const { rows } = await client.query<UploadRow>(sql, [upload]);
  return rows[0] && uploadOf(rows[0]);
}
