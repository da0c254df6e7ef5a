import {
  RowChunk,
  Command,
  FileAccepted,
  keptOf,
  read,
  type CommandData,
  type CommandId,
  type SubmissionId,
} from '@kinledger/contracts';
import { inTransaction, packBytes, unpackBytes } from '@kinledger/database';
import type { SubmissionProgress } from '@kinledger/decisions';
import { MAX_MESSAGE_BYTES } from '@kinledger/message-bus';
import type pg from 'pg';
import type {
  AnsweredCommand,
  CommandAnswer,
  Inbox,
  InboxCounts,
  IncomingChunk,
  IncomingCommand,
  IncomingIntake,
  IncomingUnprocessable,
  Intake,
  IntakeState,
  StagedChunk,
  StagingResult,
  TracedCause,
} from './inbox.js';
import { KeptChunks, type KeptChunk } from './kept-chunks.js';

/** Chunks per page of a submission: at most two pages, of up to 256 KiB per chunk, are in memory. */
const CHUNKS_PER_PAGE = 8;

/** Limits on the inbox's caches, in bytes of messages. */
export interface InboxMemory {
  /** Chunks that this process has staged and that wait to be decided. */
  readonly stagedBytes: number;
  /** Chunks that were read for a decision that will read them again. */
  readonly readBytes: number;
}

/**
 * Together 16 MiB, about 140,000 rows. The index of a million records takes 200 MiB, and the service without it about
 * 110 MiB: that leaves 170 MiB of 512 for batches in progress. A linker that keeps up has a few waiting files of some
 * megabytes each; for one that does not, no cache would be large enough.
 */
const defaultMemory: InboxMemory = { stagedBytes: 12 * 1024 * 1024, readBytes: 4 * 1024 * 1024 };

/**
 * The inbox in the linker's schema of the platform database. Caches chunks that it has staged, or has just read for a
 * decision; only the database is durable.
 */
export class PostgresInbox implements Inbox {
  readonly #staged: KeptChunks;
  /** Separate, so that waiting rows leave room for those of the current decision. */
  readonly #read: KeptChunks;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool, { stagedBytes, readBytes }: InboxMemory = defaultMemory) {
    this.#pool = pool;
    this.#staged = new KeptChunks(stagedBytes);
    this.#read = new KeptChunks(readBytes);
  }

  async stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult> {
    if (intakes.length === 0) return nothingStaged;
    const columns = [
      intakes.map((item) => item.programme),
      intakes.map((item) => item.intake),
      intakes.map(() => 'file'),
      intakes.map((item) => item.submission),
      intakes.map((item) => item.cause),
      intakes.map((item) => item.time),
      intakes.map((item) => item.version),
      intakes.map((item) => item.body),
      intakes.map((item) => item.traceparent ?? null),
    ];
    const { rowCount } = await this.#pool.query(
      `INSERT INTO linker.intake (programme, intake, kind, submission, cause, caused_at, version, body, traceparent)
       SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::bytea[],
                            $9::text[])
       ON CONFLICT DO NOTHING`,
      columns,
    );
    const staged = rowCount ?? 0;
    if (staged === intakes.length) return { staged, conflicting: [] };
    const { rows } = await this.#pool.query<{ intake: number }>(
      `SELECT given.intake FROM unnest($1::text[], $2::int[], $3::text[]) AS given (programme, intake, cause)
       LEFT JOIN linker.intake held USING (programme, intake)
       WHERE held.cause IS DISTINCT FROM given.cause ORDER BY 1`,
      [columns[0], columns[1], columns[4]],
    );
    return { staged, conflicting: rows.map(({ intake }) => `intake ${intake}`) };
  }

  async stageChunks(chunks: readonly IncomingChunk[]): Promise<StagingResult> {
    if (chunks.length === 0) return nothingStaged;
    // Each body is a parameter of its own: in an array, bytes would be sent as hexadecimal text.
    const given = `(VALUES ${chunks.map((_, index) => chunkParameters(index * 6)).join(', ')})
      AS given (submission, chunk, last, rows, key_version, body)`;
    const values = chunks.flatMap(({ submission, chunk, last, rows, keyVersion, body }) => [
      submission,
      chunk,
      last,
      rows,
      keyVersion ?? null,
      packBytes(body),
    ]);
    const { rowCount } = await this.#pool.query(
      `INSERT INTO linker.chunk (submission, chunk, last, rows, key_version, body)
       SELECT * FROM ${given}
       WHERE NOT EXISTS (SELECT FROM linker.intake i
                         WHERE i.submission = given.submission AND i.kind = 'file' AND i.state = 'decided')
       ON CONFLICT DO NOTHING`,
      values,
    );
    const staged = rowCount ?? 0;
    if (staged === chunks.length) {
      // All chunks of the batch were inserted, so they can be cached. If only some were, which is rare, none is.
      for (const { submission, chunk, last, body } of chunks)
        this.#staged.keep(submission, { chunk, last, body });
      return { staged, conflicting: [] };
    }
    return { staged, conflicting: await this.#conflicting(chunks) };
  }

  /** Names the chunks whose place holds a different one. */
  async #conflicting(chunks: readonly IncomingChunk[]): Promise<string[]> {
    // One whose rows were re-keyed since has other bytes, and is the same.
    const { rows } = await this.#pool.query<{ submission: SubmissionId; chunk: number; body: Buffer }>(
      `SELECT replace(submission::text, '-', '') AS submission, chunk, body
       FROM linker.chunk held
       JOIN unnest($1::uuid[], $2::int[], $3::int[]) AS given (submission, chunk, key_version) USING (submission, chunk)
       WHERE (held.key_version > given.key_version) IS NOT TRUE`,
      [
        chunks.map(({ submission }) => submission),
        chunks.map(({ chunk }) => chunk),
        chunks.map(({ keyVersion }) => keyVersion ?? null),
      ],
    );
    const held = new Map(
      rows.map(({ submission, chunk, body }) => [
        `chunk ${chunk} of ${submission}`,
        unpackBytes(body, MAX_MESSAGE_BYTES),
      ]),
    );
    return chunks
      .flatMap(({ submission, chunk, body }) => {
        const name = `chunk ${chunk} of ${submission}`;
        const there = held.get(name);
        return there === undefined || Buffer.compare(there, body) === 0 ? [] : [name];
      })
      .sort();
  }

  async keyVersionsOf(submission: SubmissionId): Promise<readonly number[]> {
    const { rows } = await this.#pool.query<{ version: number }>({
      name: 'linker-key-versions',
      text: `SELECT DISTINCT key_version AS version FROM linker.chunk
             WHERE submission = $1 AND key_version IS NOT NULL ORDER BY 1`,
      values: [submission],
    });
    return rows.map(({ version }) => version);
  }

  async chunksBefore(keyVersion: number, limit: number): Promise<readonly StagedChunk[]> {
    const { rows } = await this.#pool.query<Omit<StagedChunk, 'body'> & { readonly base64: string }>(
      `SELECT replace(submission::text, '-', '') AS submission, chunk, key_version AS "keyVersion",
              encode(body, 'base64') AS base64
       FROM linker.chunk WHERE key_version < $1 ORDER BY submission, chunk LIMIT $2`,
      [keyVersion, limit],
    );
    return rows.map(({ base64, ...rest }) => ({
      ...rest,
      body: unpackBytes(Buffer.from(base64, 'base64'), MAX_MESSAGE_BYTES),
    }));
  }

  async replaceChunks(chunks: readonly StagedChunk[]): Promise<void> {
    if (chunks.length === 0) return;
    const given = chunks.map((_, index) => {
      const first = 1 + index * 4;
      return `($${first}::uuid, $${first + 1}::int, $${first + 2}::int, $${first + 3}::bytea)`;
    });
    await this.#pool.query(
      `UPDATE linker.chunk held SET key_version = given.key_version, body = given.body
       FROM (VALUES ${given.join(', ')}) AS given (submission, chunk, key_version, body)
       WHERE held.submission = given.submission AND held.chunk = given.chunk AND held.key_version < given.key_version`,
      chunks.flatMap(({ submission, chunk, keyVersion, body }) => [
        ...[submission, chunk, keyVersion],
        packBytes(body),
      ]),
    );
    this.#staged.clear();
    this.#read.clear();
  }

  async stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void> {
    if (submissions.length === 0) return;
    await this.#pool.query(
      `INSERT INTO linker.unprocessable (submission, intake, reason)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[]) AS given (submission, intake, reason)
       WHERE NOT EXISTS (SELECT FROM linker.intake i
                         WHERE i.submission = given.submission AND i.kind = 'file' AND i.state = 'decided')
       ON CONFLICT DO NOTHING`,
      [
        submissions.map((item) => item.submission),
        submissions.map((item) => item.intake),
        submissions.map((item) => item.reason),
      ],
    );
  }

  async intake(programme: string, intake: number): Promise<Intake | undefined> {
    const { rows } = await this.#pool.query<IntakeRow>(
      `SELECT kind, cause, caused_at, state, version, convert_from(body, 'UTF8') AS body, traceparent
       FROM linker.intake WHERE programme = $1 AND intake = $2`,
      [programme, intake],
    );
    const row = rows[0];
    if (row === undefined) return this.#usedUp(programme, intake);
    // Earlier versions gave commands intake numbers of their own; those are all decided.
    if (row.kind !== 'file') return { kind: 'used-up', intake };
    const { cause, caused_at: time, state, version } = row;
    return {
      kind: 'file',
      intake,
      cause,
      time,
      state,
      data: read(FileAccepted, version, JSON.parse(row.body)),
      traceparent: row.traceparent ?? undefined,
    };
  }

  async #usedUp(programme: string, intake: number): Promise<Intake | undefined> {
    const { rowCount } = await this.#pool.query(
      `SELECT FROM linker.command WHERE programme = $1 AND intake = $2 AND state <> 'waiting'`,
      [programme, intake],
    );
    return rowCount === 1 ? { kind: 'used-up', intake } : undefined;
  }

  async progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress> {
    // Chunk numbers are unique, so the count up to the last one tells whether one is missing.
    const { rows } = await this.#pool.query<{
      chunks: number | null;
      rows: number | null;
      reason: string | null;
    }>(
      `WITH ending AS (SELECT min(chunk) AS chunk FROM linker.chunk WHERE submission = $1 AND last),
            here AS (SELECT count(*)::int AS chunks, sum(rows)::int AS rows
                     FROM linker.chunk, ending
                     WHERE submission = $1 AND linker.chunk.chunk <= ending.chunk)
       SELECT CASE WHEN here.chunks = ending.chunk + 1 THEN here.chunks END AS chunks, here.rows,
              (SELECT reason FROM linker.unprocessable WHERE submission = $1 AND intake = $2) AS reason
       FROM ending, here`,
      [submission, intake],
    );
    const found = rows[0];
    const chunks = found?.chunks ?? undefined;
    return {
      complete: chunks === undefined ? undefined : { chunks, rows: found?.rows ?? 0 },
      unprocessable: found?.reason ?? undefined,
    };
  }

  async *chunksOf(submission: SubmissionId): AsyncGenerator<RowChunk, void, undefined> {
    let from = 0;
    let ahead = this.#chunksFrom(submission, from);
    for (;;) {
      const page = await ahead;
      if (page.length === 0) return;
      from += page.length;
      if (!page.some(({ last }) => last)) {
        // The next page is read while this one is processed.
        ahead = this.#chunksFrom(submission, from);
        ahead.catch(() => undefined);
      }
      for (const chunk of page) {
        yield new RowChunk(('body' in chunk ? chunk : this.#unpacked(submission, chunk)).body);
        if (chunk.last) return;
      }
    }
  }

  /** The chunk with this number if it is cached, else a page from the database. */
  async #chunksFrom(submission: SubmissionId, from: number): Promise<readonly (KeptChunk | ChunkRow)[]> {
    const kept = this.#staged.of(submission, from) ?? this.#read.of(submission, from);
    return kept === undefined ? this.#pageOfChunks(submission, from) : [kept];
  }

  #unpacked(submission: SubmissionId, { chunk, last, base64 }: ChunkRow): KeptChunk {
    const body = unpackBytes(Buffer.from(base64, 'base64'), MAX_MESSAGE_BYTES);
    const kept = { chunk, last, body };
    this.#read.keep(submission, kept);
    return kept;
  }

  async #pageOfChunks(submission: SubmissionId, from: number): Promise<readonly ChunkRow[]> {
    const { rows } = await this.#pool.query<ChunkRow>({
      name: 'linker-chunks',
      text: `SELECT chunk, last, encode(body, 'base64') AS base64 FROM linker.chunk
             WHERE submission = $1 AND chunk >= $2 ORDER BY chunk LIMIT ${CHUNKS_PER_PAGE}`,
      values: [submission, from],
    });
    return rows;
  }

  async settle(submission: SubmissionId, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      await client.query(
        `UPDATE linker.intake SET state = $2 WHERE submission = $1 AND (kind = 'file' OR state = 'parked')`,
        [submission, outcome === 'parked' ? 'parked' : 'decided'],
      );
      if (outcome !== 'parked') {
        await client.query('DELETE FROM linker.chunk WHERE submission = $1', [submission]);
      }
    });
    this.#staged.decided(submission);
    this.#read.decided(submission);
  }

  async stageCommands(commands: readonly IncomingCommand[]): Promise<StagingResult> {
    if (commands.length === 0) return nothingStaged;
    const { rowCount } = await this.#pool.query(
      `INSERT INTO linker.command (programme, id, kind, after, intake, version, body, traceparent)
       SELECT programme, id, kind, after, intake, version, body, traceparent
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::bytea[], $8::text[])
         WITH ORDINALITY AS given (programme, id, kind, after, intake, version, body, traceparent, nth)
       ORDER BY nth
       ON CONFLICT DO NOTHING`,
      [
        commands.map(({ programme }) => programme),
        commands.map(({ id }) => id),
        commands.map(({ kind }) => kind),
        commands.map(({ after }) => after),
        commands.map(({ intake }) => intake ?? null),
        commands.map(({ version }) => version),
        commands.map(({ body }) => body),
        commands.map(({ traceparent }) => traceparent ?? null),
      ],
    );
    const staged = rowCount ?? 0;
    if (staged === commands.length) return { staged, conflicting: [] };
    const { rows } = await this.#pool.query<{ id: string }>(
      `SELECT given.id FROM unnest($1::text[], $2::text[], $3::bytea[]) AS given (programme, id, body)
       LEFT JOIN linker.command held USING (programme, id)
       WHERE held.body IS DISTINCT FROM given.body AND held.forgotten IS NOT TRUE ORDER BY 1`,
      [
        commands.map(({ programme }) => programme),
        commands.map(({ id }) => id),
        commands.map(({ body }) => body),
      ],
    );
    return { staged, conflicting: rows.map(({ id }) => `command ${id}`) };
  }

  async waitingCommands(programme: string, place: number): Promise<readonly CommandData[]> {
    const { rows } = await this.#pool.query<CommandRow>({
      name: 'linker-waiting-commands',
      text: `SELECT version, convert_from(body, 'UTF8') AS body FROM linker.command
             WHERE programme = $1 AND state = 'waiting' AND after <= $2 ORDER BY arrival LIMIT 100`,
      values: [programme, place],
    });
    return rows.map(commandOf);
  }

  async answer(programme: string, id: CommandId, answer: CommandAnswer): Promise<void> {
    const told =
      answer.outcome === 'accepted'
        ? [answer.position, null, null]
        : [null, answer.reason, answer.count ?? null];
    await inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<CommandRow>(
        `SELECT version, convert_from(body, 'UTF8') AS body FROM linker.command
         WHERE programme = $1 AND id = $2 AND state = 'waiting' FOR UPDATE`,
        [programme, id],
      );
      const [row] = rows;
      if (row === undefined) return;
      await client.query(
        `UPDATE linker.command SET state = $3, position = $4, reason = $5, count = $6, answered = false
         WHERE programme = $1 AND id = $2`,
        [programme, id, answer.outcome, ...told],
      );
      const command = commandOf(row);
      const kept = keptOf(command);
      if (kept === command) return;
      await client.query(
        'UPDATE linker.command SET body = $3, version = $4, forgotten = true WHERE programme = $1 AND id = $2',
        [programme, id, Buffer.from(JSON.stringify(kept), 'utf8'), Command.version],
      );
    });
  }

  async lastPosition(programme: string): Promise<number> {
    const { rows } = await this.#pool.query<{ position: number }>(
      'SELECT coalesce(max(position), -1)::float8 AS position FROM linker.command WHERE programme = $1',
      [programme],
    );
    return rows[0]?.position ?? -1;
  }

  async unanswered(programme: string): Promise<readonly AnsweredCommand[]> {
    const { rows } = await this.#pool.query<AnsweredRow>(
      `SELECT version, convert_from(body, 'UTF8') AS body, position::float8 AS position, reason, count FROM linker.command
       WHERE programme = $1 AND NOT answered ORDER BY arrival LIMIT 500`,
      [programme],
    );
    return rows.map((row) => ({
      command: commandOf(row),
      answer:
        row.position === null
          ? {
              outcome: 'refused',
              reason: row.reason ?? '',
              ...(row.count === null ? {} : { count: row.count }),
            }
          : { outcome: 'accepted', position: row.position },
    }));
  }

  async markAnswered(programme: string, ids: readonly CommandId[]): Promise<void> {
    await this.#pool.query(
      `UPDATE linker.command SET answered = true
       WHERE programme = $1 AND id = ANY ($2::text[]) AND state <> 'waiting'`,
      [programme, ids],
    );
  }

  async traceOf(programme: string, what: TracedCause): Promise<string | undefined> {
    const { rows } =
      'command' in what
        ? await this.#pool.query<Traced>(
            'SELECT traceparent FROM linker.command WHERE programme = $1 AND id = $2',
            [programme, what.command],
          )
        : await this.#pool.query<Traced>(
            `SELECT traceparent FROM linker.intake WHERE programme = $1 AND submission = $2 AND kind = 'file'`,
            [programme, what.submission],
          );
    return rows[0]?.traceparent ?? undefined;
  }

  async sweep(): Promise<number> {
    // A sweep follows a recovery: other processes may have decided cached submissions meanwhile.
    this.#staged.clear();
    this.#read.clear();
    const { rowCount } = await this.#pool.query(
      `DELETE FROM linker.chunk c USING linker.intake i
       WHERE i.submission = c.submission AND i.kind = 'file' AND i.state = 'decided'`,
    );
    return rowCount ?? 0;
  }

  async counts(programme: string): Promise<InboxCounts> {
    const { rows } = await this.#pool.query<InboxCounts>(
      `SELECT count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
              (SELECT count(*)::int FROM linker.command WHERE programme = $1 AND state = 'waiting') AS commands,
              count(DISTINCT submission) FILTER (WHERE state = 'parked')::int AS parked,
              (SELECT count(*)::int FROM linker.command WHERE programme = $1 AND state = 'refused') AS refused,
              (SELECT count(*)::int FROM linker.chunk) AS chunks
       FROM linker.intake WHERE programme = $1`,
      [programme],
    );
    return rows[0] ?? { waiting: 0, commands: 0, parked: 0, refused: 0, chunks: 0 };
  }

  async oldestWaiting(programme: string): Promise<string | undefined> {
    // Files wait in their order, so that the first one is the oldest.
    const { rows } = await this.#pool.query<{ caused_at: string }>(
      `SELECT caused_at FROM linker.intake WHERE programme = $1 AND state = 'waiting' ORDER BY intake LIMIT 1`,
      [programme],
    );
    return rows[0]?.caused_at;
  }
}

interface IntakeRow {
  readonly kind: 'file' | 'withdrawal' | 'unparking';
  readonly cause: string;
  readonly caused_at: string;
  readonly state: IntakeState;
  readonly version: number;
  readonly body: string;
  readonly traceparent: string | null;
}

interface Traced {
  readonly traceparent: string | null;
}

interface CommandRow {
  readonly version: number;
  readonly body: string;
}

interface AnsweredRow extends CommandRow {
  /** Null if the command was refused. */
  readonly position: number | null;
  readonly reason: string | null;
  readonly count: number | null;
}

const commandOf = ({ version, body }: CommandRow): CommandData => read(Command, version, JSON.parse(body));

interface ChunkRow {
  readonly chunk: number;
  readonly last: boolean;
  readonly base64: string;
}

const nothingStaged: StagingResult = { staged: 0, conflicting: [] };

const chunkParameters = (before: number): string =>
  `($${before + 1}::uuid, $${before + 2}::int, $${before + 3}::boolean, $${before + 4}::int, $${before + 5}::int, $${before + 6}::bytea)`;
