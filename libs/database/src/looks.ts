import type pg from 'pg';

/** Somebody asks how an individual came to be: what the trail of looks keeps of it. */
export interface Look {
  readonly id: string;
  readonly via: 'service' | 'command-line';
  readonly person: string;
  readonly organisation: string | undefined;
  readonly roles: readonly string[];
  readonly stream: string;
  /** A record or an individual, 32 hexadecimal digits. */
  readonly subject: string;
  readonly asAt: number;
  readonly reason: string;
}

export type LookOutcome = 'explained' | 'not-in-ledger' | 'failed' | 'stopped';

type Queryable = Pick<pg.ClientBase, 'query'>;

/** Adds a look to the trail. Call it before anything is read: whoever cannot be noted sees nothing. */
export async function beginLook(database: Queryable, look: Look): Promise<void> {
  const { id, via, person, organisation, roles, stream, subject, asAt, reason } = look;
  await database.query(
    `INSERT INTO audit.look (look_id, via, person, organisation, roles, stream, subject, as_at, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, via, person, organisation ?? null, roles, stream, subject, asAt, reason],
  );
}

/** Adds what came of a look, once. @param individual whom it was about, where that was found. */
export async function endLook(
  database: Queryable,
  id: string,
  outcome: LookOutcome,
  individual?: string,
): Promise<void> {
  await database.query(
    `INSERT INTO audit.look_outcome (look_id, outcome, individual) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [id, outcome, individual ?? null],
  );
}
