import type { ProviderId, UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

export type MailKind = 'file-refused' | 'file-linked' | 'file-parked' | 'reminder';
export type MailOutcome = 'sent' | 'nobody' | 'refused' | 'given-up';

/** A mail that is to be tried now. */
export interface WaitingMail {
  readonly id: string;
  readonly kind: MailKind;
  readonly provider: ProviderId;
  readonly upload: UploadId | null;
  readonly attempts: number;
  readonly createdAt: Date;
}

/**
 * Makes the mails of results that have none yet: files that were refused, and decisions about submissions, of the last day.
 * A result is durable before its mail, and the mail's id follows from it: none is lost, and none is made twice.
 */
export async function makeResultMails(client: Queryable): Promise<void> {
  await client.query(
    `INSERT INTO ingest.mail (id, kind, provider, upload)
     SELECT 'refused-' || upload, 'file-refused', provider, upload
     FROM ingest.upload WHERE state = 'refused' AND validated_at > now() - interval '1 day'
     UNION ALL
     SELECT d.outcome || '-' || d.submission || '-' || d.intake, 'file-' || d.outcome, s.provider, s.upload
     FROM ingest.decision d JOIN ingest.submission s ON s.submission = d.submission
     WHERE d.outcome IN ('linked', 'parked') AND d.recorded_at > now() - interval '1 day'
       AND d.decided_at > now() - interval '7 days'
     ON CONFLICT (id) DO NOTHING`,
  );
}

/** Makes a provider's reminder of a day. */
export async function makeReminder(client: Queryable, provider: ProviderId, today: string): Promise<void> {
  await client.query(
    "INSERT INTO ingest.mail (id, kind, provider) VALUES ($1, 'reminder', $2) ON CONFLICT (id) DO NOTHING",
    [`reminder-${provider}-${today}`, provider],
  );
}

/** The days in London of the last reminders, by provider. */
export async function lastReminders(client: Queryable): Promise<ReadonlyMap<ProviderId, string>> {
  const { rows } = await client.query<{ provider: ProviderId; day: string }>(
    `SELECT provider, to_char(max(created_at) AT TIME ZONE 'Europe/London', 'YYYY-MM-DD') AS day
     FROM ingest.mail WHERE kind = 'reminder' GROUP BY provider`,
  );
  return new Map(rows.map(({ provider, day }) => [provider, day]));
}

/**
 * Takes the mail that has waited longest, and puts it off: for two minutes, then four, an hour at most. Whoever is killed
 * while it sends leaves it to be sent again then.
 */
export async function takeWaiting(client: Queryable): Promise<WaitingMail | undefined> {
  const { rows } = await client.query<WaitingMail>(
    `UPDATE ingest.mail
     SET attempts = attempts + 1,
         next_at = now() + least(interval '1 hour', interval '2 minutes' * power(2, least(attempts, 10)))
     WHERE id = (SELECT id FROM ingest.mail WHERE ended_at IS NULL AND next_at <= now()
                 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, provider, upload, attempts, created_at AS "createdAt"`,
  );
  return rows[0];
}

export async function endMail(client: Queryable, id: string, outcome: MailOutcome): Promise<void> {
  await client.query(
    'UPDATE ingest.mail SET ended_at = now(), outcome = $2 WHERE id = $1 AND ended_at IS NULL',
    [id, outcome],
  );
}

export interface MailsWaiting {
  readonly mails: number;
  /** Time for which the oldest has waited. */
  readonly seconds: number;
}

export async function mailsWaiting(client: Queryable): Promise<MailsWaiting> {
  const { rows } = await client.query<MailsWaiting>(
    `SELECT count(*)::int AS mails,
            coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS seconds
     FROM ingest.mail WHERE ended_at IS NULL`,
  );
  return rows[0] ?? { mails: 0, seconds: 0 };
}
