import { instant, providerId, submissionId, type SubmissionId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';
import { z } from 'zod';

/** What happens to a submission, in the order in which steps of one instant are told. */
export const submissionSteps = [
  'uploaded',
  'validated',
  'submitted',
  'unparking-requested',
  'pseudonymised',
  'unprocessable',
  'linked',
  'parked',
  'replaced',
  'replacement-withdrawn',
  'withdrawal-requested',
  'withdrawn',
  'command-refused',
] as const;

export const submissionStep = z.object({
  step: z.enum(submissionSteps),
  at: instant,
  by: z.string().optional().describe('Account that did it; absent for what the platform did by itself.'),
  onBehalfOf: providerId.optional(),
  reason: z.string().optional(),
  intake: z.int().positive().optional().describe('Place in the order of intake for which it happened.'),
  position: z.int().nonnegative().optional().describe('Ledger position of the decision.'),
  submission: submissionId.optional().describe('The submission that replaced this one.'),
});
export type SubmissionStep = z.output<typeof submissionStep>;

interface StepRow {
  readonly step: SubmissionStep['step'];
  readonly at: Date;
  readonly by: string | null;
  readonly on_behalf_of: SubmissionStep['onBehalfOf'] | null;
  readonly reason: string | null;
  readonly intake: number | null;
  readonly position: number | null;
  readonly other: SubmissionId | null;
}

/** The history of a submission, oldest step first. Steps are read where they were recorded, each once. */
export async function readHistory(client: Queryable, submission: string): Promise<SubmissionStep[]> {
  const { rows } = await client.query<StepRow>(
    `WITH one AS (SELECT * FROM ingest.submission WHERE submission = $1)
     SELECT 'uploaded' AS step, u.received_at AS at, u.uploaded_by AS by, NULL AS on_behalf_of, NULL AS reason,
            NULL::integer AS intake, NULL::float8 AS position, NULL AS other
     FROM ingest.upload u JOIN one USING (upload)
     UNION ALL
     SELECT 'validated', u.validated_at, NULL, NULL, NULL, NULL, NULL, NULL
     FROM ingest.upload u JOIN one USING (upload) WHERE u.validated_at IS NOT NULL
     UNION ALL
     SELECT 'submitted', accepted_at, attested_by, on_behalf_of, NULL, intake, NULL, NULL FROM one
     UNION ALL
     SELECT 'unparking-requested', p.asked_at, p.asked_by, NULL, c.reason, p.intake, NULL, NULL
     FROM ingest.unparking p LEFT JOIN ingest.command c ON c.id = 'unpark-' || p.submission || '-' || p.intake
     WHERE p.submission = $1
     UNION ALL
     SELECT outcome, finished_at, NULL, NULL, reason, intake, NULL, NULL
     FROM pseudonymiser.finished_file WHERE submission = $1
     UNION ALL
     SELECT outcome, recorded_at, NULL, NULL, NULL, intake, position::float8, NULL
     FROM ingest.decision WHERE submission = $1
     UNION ALL
     SELECT 'replaced', s.accepted_at, s.attested_by, s.on_behalf_of, NULL, s.intake, NULL, s.submission
     FROM ingest.submission s JOIN one ON s.dataset = one.dataset AND s.period = one.period WHERE $1 = ANY (s.supersedes)
     UNION ALL
     SELECT 'replacement-withdrawn', s.withdrawn_at, s.withdrawn_by, NULL, s.withdrawal_reason, NULL, NULL, s.submission
     FROM ingest.submission s JOIN one ON s.dataset = one.dataset AND s.period = one.period
     WHERE $1 = ANY (s.supersedes) AND s.withdrawn_at IS NOT NULL
     UNION ALL
     SELECT 'withdrawal-requested', withdrawn_at, withdrawn_by, NULL, withdrawal_reason, NULL, NULL, NULL
     FROM one WHERE withdrawn_at IS NOT NULL
     UNION ALL
     SELECT 'command-refused', answered_at, NULL, NULL, refusal, NULL, NULL, NULL
     FROM ingest.command WHERE submission = $1 AND outcome = 'refused'`,
    [submission],
  );
  const rank = ({ step }: StepRow) => submissionSteps.indexOf(step);
  return rows
    .sort((left, right) => left.at.getTime() - right.at.getTime() || rank(left) - rank(right))
    .map(stepOf);
}

const stepOf = ({
  step,
  at,
  by,
  on_behalf_of,
  reason,
  intake,
  position,
  other,
}: StepRow): SubmissionStep => ({
  step,
  at: at.toISOString(),
  ...(by === null ? {} : { by }),
  ...(on_behalf_of === null ? {} : { onBehalfOf: on_behalf_of }),
  ...(reason === null ? {} : { reason }),
  ...(intake === null ? {} : { intake }),
  ...(position === null ? {} : { position }),
  ...(other === null ? {} : { submission: other }),
});
