import {
  encodeCloudEvent,
  SubmissionStateChanged,
  topics,
  type CloudEvent,
  type FileAccepted,
  type SubmissionId,
} from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { lengthPrefixed, sha256Hex } from '@kinledger/domain';
import { deleteFile } from '@kinledger/landing-store';
import { writeOutbox } from '@kinledger/message-bus';
import type pg from 'pg';
import { SOURCE } from './chunk-publisher.js';

/** How a file ended. */
export interface FinishedFile {
  readonly outcome: 'pseudonymised' | 'unprocessable';
  readonly rows: number;
  readonly chunks: number;
  readonly reason: string | null;
  readonly finishedAt: Date;
}

type Accepted = CloudEvent<typeof FileAccepted>;

/** Schema of this service's tables. */
export const SCHEMA = 'pseudonymiser';

export async function findFinished(
  client: pg.Pool | pg.ClientBase,
  submission: SubmissionId,
): Promise<FinishedFile | undefined> {
  const { rows } = await client.query<FinishedFile>(
    `SELECT outcome, rows, chunks, reason, finished_at AS "finishedAt"
     FROM pseudonymiser.finished_file WHERE submission = $1`,
    [submission],
  );
  return rows[0];
}

/**
 * Ends a file in one transaction: how it ended is recorded, its state goes to the outbox, and what was pseudonymised
 * leaves the landing store with its seed. The first end stands: where another one is recorded already, that is what is
 * told, and nothing else happens.
 * @returns how the file ended.
 */
export function finish(pool: pg.Pool, file: Accepted, end: FinishedFile): Promise<FinishedFile> {
  return inTransaction(pool, async (client) => {
    const { submission, upload } = file.data;
    const { rowCount } = await client.query(
      `INSERT INTO pseudonymiser.finished_file (submission, upload, outcome, rows, chunks, reason, finished_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [submission, upload, end.outcome, end.rows, end.chunks, end.reason, end.finishedAt],
    );
    const isFirst = rowCount === 1;
    const stands = isFirst ? end : ((await findFinished(client, submission)) ?? end);
    if (isFirst && end.outcome === 'pseudonymised') await deleteFile(client, upload, 'pseudonymised');
    await writeOutbox(client, SCHEMA, [stateMessage(file, stands)]);
    return stands;
  });
}

/** Tells again how a file ended: the same message, for whoever missed it. */
export const announceAgain = (pool: pg.Pool, file: Accepted, end: FinishedFile): Promise<void> =>
  inTransaction(pool, (client) => writeOutbox(client, SCHEMA, [stateMessage(file, end)]));

function stateMessage(file: Accepted, end: FinishedFile) {
  const { programme, upload, submission, intake, provider, dataset, period, counts, findings } = file.data;
  const at = end.finishedAt.toISOString();
  const { headers, value } = encodeCloudEvent(SubmissionStateChanged, {
    id: sha256Hex(lengthPrefixed(['SubmissionStateChanged', submission, end.outcome])).slice(0, 32),
    source: SOURCE,
    time: at,
    ...(file.traceparent === undefined ? {} : { traceparent: file.traceparent }),
    data: {
      programme,
      upload,
      submission,
      intake,
      provider,
      dataset,
      period,
      state: end.outcome,
      at,
      counts,
      findings,
      ...(end.outcome === 'pseudonymised' ? { chunks: end.chunks } : {}),
      ...(end.reason === null ? {} : { reason: end.reason }),
    },
  });
  return { topic: topics.submissionStateChanged.name, key: upload, headers, value };
}
