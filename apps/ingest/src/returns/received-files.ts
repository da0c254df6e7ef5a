import type { DatasetId, PeriodCode, ProviderId, SubmissionId } from '@kinledger/contracts';
import { standing } from '@kinledger/domain';
import type { Queryable } from '@kinledger/landing-store';

/** A submitted file as the calendar of returns needs it. */
export interface ReceivedFile {
  readonly submission: SubmissionId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly supersedes: readonly SubmissionId[];
  readonly withdrawn: boolean;
  readonly acceptedAt: Date;
  readonly attestedBy: string;
  readonly onBehalfOf: ProviderId | null;
  /** Accepted rows. */
  readonly rows: number;
  /** Whether the linker has passed it over. */
  readonly parked: boolean;
}

/** All submissions in the order of intake: of one provider, or of all. */
export async function receivedFiles(
  client: Queryable,
  provider: ProviderId | undefined,
): Promise<readonly ReceivedFile[]> {
  const { rows } = await client.query<ReceivedFile>(
    `SELECT s.submission, s.dataset, s.period, s.supersedes, s.withdrawn_at IS NOT NULL AS withdrawn,
            s.accepted_at AS "acceptedAt", s.attested_by AS "attestedBy", s.on_behalf_of AS "onBehalfOf",
            coalesce((u.counts ->> 'accepted')::integer, 0) AS rows,
            coalesce(last.outcome = 'parked', false) AS parked
     FROM ingest.submission s
     JOIN ingest.upload u ON u.upload = s.upload
     LEFT JOIN (SELECT DISTINCT ON (submission) submission, outcome FROM ingest.decision
                ORDER BY submission, recorded_at DESC, position DESC) AS last
       ON last.submission = s.submission
     WHERE $1::text IS NULL OR s.provider = $1
     ORDER BY s.intake`,
    [provider ?? null],
  );
  return rows;
}

/** The files that stand, by dataset and period, in the order of intake. */
export function standingFiles(files: readonly ReceivedFile[]): ReadonlyMap<string, readonly ReceivedFile[]> {
  return Map.groupBy(standing(files), ({ dataset, period }) => returnKey(dataset, period));
}

export const returnKey = (dataset: string, period: string): string => `${dataset} ${period}`;
