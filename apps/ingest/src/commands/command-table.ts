import type {
  CommandAnswered,
  CommandData,
  CommandId,
  CommandKind,
  DataOf,
  ProviderId,
  SubmissionId,
} from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** A command that was requested here, with its reply once the linker has sent one. */
export interface AskedCommand {
  readonly id: CommandId;
  readonly kind: CommandKind;
  readonly submission: SubmissionId | null;
  readonly provider: ProviderId | null;
  readonly askedBy: string;
  readonly organisation: ProviderId | null;
  readonly reason: string;
  readonly askedAt: Date;
  readonly answer: CommandReply | null;
}

export type CommandReply = { readonly at: Date } & (
  | { readonly outcome: 'accepted'; readonly position: number }
  | { readonly outcome: 'refused'; readonly reason: string; readonly detail: string }
);

/**
 * @param sent the command as it is sent, kept to send it again; undefined if it names a person.
 * @returns false if there already is a command with this id.
 */
export async function insertCommand(
  client: Queryable,
  command: Omit<AskedCommand, 'answer'>,
  sent: CommandData | undefined,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO ingest.command (id, kind, submission, provider, asked_by, organisation, reason, asked_at, sent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      command.id,
      command.kind,
      command.submission,
      command.provider,
      command.askedBy,
      command.organisation,
      command.reason,
      command.askedAt,
      sent === undefined ? null : JSON.stringify(sent),
    ],
  );
  return rowCount === 1;
}

export async function readCommand(client: Queryable, id: string): Promise<AskedCommand | undefined> {
  const { rows } = await client.query<CommandRow>(
    `SELECT id, kind, submission, provider, asked_by AS "askedBy", organisation, reason, asked_at AS "askedAt",
            outcome, position::float8 AS position, refusal, detail, answered_at
     FROM ingest.command WHERE id = $1`,
    [id],
  );
  return rows[0] && commandOf(rows[0]);
}

/** All commands that can be sent again, as they were sent, in the order in which they were asked for. */
export async function sentCommands(client: Queryable): Promise<readonly CommandData[]> {
  const { rows } = await client.query<{ sent: CommandData }>(
    'SELECT sent FROM ingest.command WHERE sent IS NOT NULL ORDER BY asked_at, id',
  );
  return rows.map(({ sent }) => sent);
}

/** It may have been lost with the bus, and cannot be sent again. */
const LOST = 'lost-on-the-way';

/** Refuses what waits for a reply and cannot be sent again. @returns the ids. */
export async function refuseLostCommands(client: Queryable): Promise<readonly CommandId[]> {
  const { rows } = await client.query<{ id: CommandId }>(
    `UPDATE ingest.command SET outcome = 'refused', refusal = '${LOST}', detail = $1, answered_at = now()
     WHERE sent IS NULL AND outcome IS NULL RETURNING id`,
    ['The order was lost with the message bus before it was carried out. Ask for it again.'],
  );
  return rows.map(({ id }) => id);
}

/**
 * Records the linker's replies. The first reply to a command stands, unless the command was believed to be lost; replies to
 * unknown commands are ignored.
 */
export async function recordReplies(
  client: Queryable,
  replies: readonly DataOf<typeof CommandAnswered>[],
): Promise<void> {
  for (const { command, outcome, position, reason, detail } of replies) {
    await client.query(
      `UPDATE ingest.command SET outcome = $2, position = $3, refusal = $4, detail = $5, answered_at = now()
       WHERE id = $1 AND (outcome IS NULL OR refusal = '${LOST}')`,
      [command, outcome, position ?? null, reason ?? null, detail ?? null],
    );
  }
}

interface CommandRow extends Omit<AskedCommand, 'answer'> {
  readonly outcome: 'accepted' | 'refused' | null;
  readonly position: number | null;
  readonly refusal: string | null;
  readonly detail: string | null;
  readonly answered_at: Date | null;
}

const commandOf = ({
  outcome,
  position,
  refusal,
  detail,
  answered_at,
  ...asked
}: CommandRow): AskedCommand => ({
  ...asked,
  answer: answered_at === null ? null : replyOf(answered_at, outcome, position, refusal, detail),
});

// A constraint ensures that the columns of each outcome are set.
const replyOf = (
  at: Date,
  outcome: CommandRow['outcome'],
  position: number | null,
  refusal: string | null,
  detail: string | null,
): CommandReply =>
  outcome === 'accepted'
    ? { at, outcome, position: position ?? -1 }
    : { at, outcome: 'refused', reason: refusal ?? '', detail: detail ?? '' };
