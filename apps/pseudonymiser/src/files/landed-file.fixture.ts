import { randomBytes } from 'node:crypto';
import {
  encodeCloudEvent,
  FileAccepted,
  type CloudEvent,
  type DataOf,
  type SubmissionId,
  type UploadId,
} from '@kinledger/contracts';
import { createFile, kekFrom, type LandingRow } from '@kinledger/landing-store';
import type { OutgoingMessage } from '@kinledger/message-bus';
import type { Dataset } from '@kinledger/programme';
import { readSecrets } from '@kinledger/pseudonymisation';
import type pg from 'pg';

const ROWS_PER_CHUNK = 500;

/** What intake leaves for one accepted file: rows in the landing store, and the message about it. */
export interface LandedFile {
  readonly event: CloudEvent<typeof FileAccepted>;
  readonly message: OutgoingMessage;
}

export interface FileToLand {
  readonly dataset: Dataset;
  /** Values by field name. */
  readonly rows: readonly Readonly<Record<string, string | null>>[];
  readonly changed?: Partial<DataOf<typeof FileAccepted>>;
}

/** Lands a file as intake does. `restricted` has the role of intake. */
export async function landFile(
  restricted: pg.Pool,
  secretsDirectory: string,
  { dataset, rows, changed = {} }: FileToLand,
): Promise<LandedFile> {
  const kek = kekFrom((await readSecrets(secretsDirectory)).landingKek);
  const upload = randomBytes(16).toString('hex') as UploadId;
  const submission = randomBytes(16).toString('hex') as SubmissionId;
  const writer = await createFile(restricted, { upload, kek });
  // A spreadsheet's first row is the header.
  const landed = rows.map((row, index): LandingRow => [
    index + 2,
    dataset.schema.fields.map(({ name }) => row[name] ?? null),
  ]);
  for (let n = 0; n * ROWS_PER_CHUNK < landed.length; n += 1) {
    await writer.writeChunk(n, landed.slice(n * ROWS_PER_CHUNK, (n + 1) * ROWS_PER_CHUNK));
  }
  await writer.flush();
  const count = rows.length;
  const event: CloudEvent<typeof FileAccepted> = {
    id: randomBytes(16).toString('hex'),
    type: 'FileAccepted',
    source: 'urn:kinledger:ingest',
    time: '2023-10-09T09:30:00Z',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: FileAccepted.schema.parse({
      ...FileAccepted.example,
      submission,
      upload,
      provider: dataset.serviceDefinition.provider,
      dataset: dataset.id,
      schemaHash: dataset.schemaHash,
      counts: { read: count, accepted: count, warned: 0, rejected: 0, duplicate: 0, consentRefused: 0 },
      supersedes: [],
      ...changed,
    }),
  };
  return { event, message: { key: submission, ...encodeCloudEvent(FileAccepted, event) } };
}
