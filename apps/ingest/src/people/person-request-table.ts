import type {
  CommandId,
  PersonRefusal,
  PersonRequestAct,
  ProviderId,
  RowKey,
  TokenOccurrence,
} from '@kinledger/contracts';
import type { Queryable, SealedAlone } from '@kinledger/landing-store';

/** A request about a person, and how the pseudonymiser answered it. */
export interface PersonRequest {
  readonly id: CommandId;
  readonly act: PersonRequestAct;
  readonly several: boolean;
  readonly askedBy: string;
  readonly organisation: ProviderId | null;
  readonly reason: string;
  readonly askedAt: Date;
  readonly outcome: 'done' | 'refused' | null;
  readonly refusal: PersonRefusal | null;
  readonly marks: number | null;
}

export type NewPersonRequest = Omit<PersonRequest, 'outcome' | 'refusal' | 'marks'>;

/** @returns false where a request with this id was made before. */
export async function insertPersonRequest(client: Queryable, request: NewPersonRequest): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO ingest.person_request (id, act, several, asked_by, organisation, reason, asked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      request.id,
      request.act,
      request.several,
      request.askedBy,
      request.organisation,
      request.reason,
      request.askedAt,
    ],
  );
  return rowCount === 1;
}

/** Keeps the sealed identifiers of a request until the pseudonymiser has read them. */
export async function insertSealedIdentifiers(
  client: Queryable,
  request: CommandId,
  { wrappedDataKey, sealed }: SealedAlone,
): Promise<void> {
  await client.query(
    'INSERT INTO landing.person_request (request, wrapped_data_key, sealed) VALUES ($1, $2, $3)',
    [request, wrappedDataKey, sealed],
  );
}

/** Requests that the pseudonymiser has not answered, in the order in which they were made. */
export async function openPersonRequests(client: Queryable): Promise<readonly PersonRequest[]> {
  const { rows } = await client.query<PersonRequest>(
    `SELECT id, act, several, asked_by AS "askedBy", organisation, reason, asked_at AS "askedAt", outcome, refusal, marks
     FROM ingest.person_request WHERE outcome IS NULL ORDER BY asked_at, id`,
  );
  return rows;
}

export async function readPersonRequest(client: Queryable, id: string): Promise<PersonRequest | undefined> {
  const { rows } = await client.query<PersonRequest>(
    `SELECT id, act, several, asked_by AS "askedBy", organisation, reason, asked_at AS "askedAt", outcome, refusal, marks
     FROM ingest.person_request WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** How the pseudonymiser answered, and what it found of the person. */
export interface PersonAnswer {
  readonly outcome: 'done' | 'refused';
  readonly refusal: PersonRefusal | null;
  readonly marks: number;
  readonly tokens: TokenOccurrence[];
  readonly rowKeys: RowKey[];
  readonly keyVersion: number;
}

export async function readPersonAnswer(client: Queryable, id: string): Promise<PersonAnswer | undefined> {
  const { rows } = await client.query<PersonAnswer>(
    `SELECT outcome, refusal, marks, tokens, row_keys AS "rowKeys", key_version AS "keyVersion"
     FROM pseudonymiser.person_answer WHERE request = $1`,
    [id],
  );
  return rows[0];
}

/**
 * Closes a request as it was answered, and forgets what was found of the person. Within the transaction that orders the
 * erasure. @returns false where it is closed already.
 */
export async function closePersonRequest(
  client: Queryable,
  id: string,
  { outcome, refusal, marks }: PersonAnswer,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE ingest.person_request SET outcome = $2, refusal = $3, marks = $4, answered_at = now()
     WHERE id = $1 AND outcome IS NULL`,
    [id, outcome, refusal, marks],
  );
  await client.query(
    `UPDATE pseudonymiser.person_answer SET tokens = '[]', row_keys = '{}'
     WHERE request = $1 AND (tokens <> '[]' OR row_keys <> '{}')`,
    [id],
  );
  return rowCount === 1;
}
