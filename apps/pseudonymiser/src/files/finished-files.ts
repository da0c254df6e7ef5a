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
import type pg from 'pg';
import { SOURCE } from './chunk-publisher.js';
import { endFile } from '../people/suppression-log.js';
import { statesOutbox } from './states-outbox.js';

/** The outcome of a file. */
export interface FinishedFile {
  readonly outcome: 'pseudonymised' | 'unprocessable';
  readonly rows: number;
  /** Rows of suppressed people, which went no further. */
  readonly suppressed: number;
  readonly chunks: number;
  readonly reason: string | null;
  readonly finishedAt: Date;
  /** The topic to which its rows were published. Null if it has none, or if that was not noted. */
  readonly rowsTopic: string | null;
}

type Accepted = Pick<CloudEvent<typeof FileAccepted>, 'time' | 'traceparent' | 'data'>;

/**
 * The recorded outcome of a file for an intake number. A file that was pseudonymised once counts as such for every
 * number: its rows are published, and nothing of it is left to process.
 */
export async function findFinished(
  client: pg.Pool | pg.ClientBase,
  { submission, intake }: { readonly submission: SubmissionId; readonly intake: number },
): Promise<FinishedFile | undefined> {
  const { rows } = await client.query<FinishedFile>(
    `SELECT outcome, rows, suppressed, chunks, reason, finished_at AS "finishedAt", rows_topic AS "rowsTopic"
     FROM pseudonymiser.finished_file
     WHERE submission = $1 AND (intake = $2 OR outcome = 'pseudonymised')
     ORDER BY outcome = 'pseudonymised' DESC LIMIT 1`,
    [submission, intake],
  );
  return rows[0];
}

/**
 * Finishes a file in one transaction: records its outcome, writes its state to the outbox, and deletes a pseudonymised
 * file from the landing store with its seed. The first outcome stands: if one is already recorded, that is reported,
 * and nothing else happens.
 * @returns the file's outcome.
 */
export function finish(pool: pg.Pool, file: Accepted, end: FinishedFile): Promise<FinishedFile> {
  return inTransaction(pool, async (client) => {
    const { submission, upload, intake } = file.data;
    const { rowCount } = await client.query(
      `INSERT INTO pseudonymiser.finished_file (submission, upload, intake, outcome, rows, suppressed, chunks, reason,
                                                finished_at, rows_topic)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [
        submission,
        upload,
        intake,
        end.outcome,
        end.rows,
        end.suppressed,
        end.chunks,
        end.reason,
        end.finishedAt,
        end.rowsTopic,
      ],
    );
    const isFirst = rowCount === 1;
    const stands = (await findFinished(client, file.data)) ?? end;
    if (isFirst && end.outcome === 'pseudonymised') {
      await deleteFile(client, upload, 'pseudonymised');
      await endFile(client, submission);
    }
    await statesOutbox.write(client, [stateMessage(file, stands)]);
    return stands;
  });
}

/**
 * Reports a file's outcome again, with the same message, for consumers that missed it. If its rows were published to a
 * topic that is gone, says that too: a linker that has them all goes on, and one that does not parks the submission.
 */
export const announceAgain = (
  pool: pg.Pool,
  file: Accepted,
  end: FinishedFile,
  rowsTopic: string,
): Promise<void> => {
  const isGone = end.rowsTopic !== null && end.rowsTopic !== rowsTopic;
  const ends = isGone ? [end, { ...end, outcome: 'unprocessable' as const, reason: ROWS_LOST }] : [end];
  return inTransaction(pool, (client) =>
    statesOutbox.write(
      client,
      ends.map((each) => stateMessage(file, each)),
    ),
  );
};

/** Its rows were on their way when the bus was lost, and are kept nowhere else. */
const ROWS_LOST = 'rows-lost';

function stateMessage(file: Accepted, end: FinishedFile) {
  const { programme, upload, submission, intake, provider, dataset, period, counts, findings } = file.data;
  const at = end.finishedAt.toISOString();
  const { headers, value } = encodeCloudEvent(SubmissionStateChanged, {
    id: sha256Hex(lengthPrefixed(['SubmissionStateChanged', submission, String(intake), end.outcome])).slice(
      0,
      32,
    ),
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
      ...(end.outcome === 'pseudonymised' ? { chunks: end.chunks, suppressed: end.suppressed } : {}),
      ...(end.reason === null ? {} : { reason: end.reason }),
    },
  });
  return { topic: topics.submissionStateChanged.name, key: upload, headers, value };
}
