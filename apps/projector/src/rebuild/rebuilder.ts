import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '@kinledger/event-store';
import {
  contentDigest,
  createReadModels,
  LIVE_SCHEMA,
  readCheckpoint,
  swapReadModels,
} from '@kinledger/read-models';
import type pg from 'pg';
import type { LiveProjection } from '../projection/live-projection.js';
import { projectLedger } from '../projection/project-ledger.js';

export interface RebuilderOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  readonly live: LiveProjection;
  readonly onError: (error: unknown) => void;
}

export interface Rebuild {
  readonly id: string;
  readonly kind: 'live' | 'as-at';
  readonly state: 'running' | 'done' | 'failed';
  /** Schema that holds, or will hold, an as-at rebuild. */
  readonly schema: string;
  readonly position: number;
  readonly head: number;
  readonly records: number;
  /** Content digests of the live read models before the swap and of the rebuilt ones, at the same position. */
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
}

export interface RebuildRunning extends Error {
  readonly code: 'rebuild-running';
}

export const isRebuildRunning = (error: unknown): error is RebuildRunning =>
  error instanceof Error && 'code' in error && error.code === 'rebuild-running';

/** As-at schemas kept before the oldest goes. */
const KEPT_AS_AT = 4;
const DISCARD_AGAIN_MS = 1_000;

/** Rebuilds read models from the ledger: the live ones, swapped in by one step, or those of a past position. */
export class Rebuilder {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: RebuilderOptions) {}

  /**
   * A rebuild that a crash interrupted is over: its half-filled schema goes. One that another process is at, which its
   * session's lock shows, goes on.
   */
  async clearInterrupted(): Promise<void> {
    const client = await this.options.pool.connect();
    try {
      const { rows } = await client.query<{ id: string; schema: string }>(
        `SELECT rebuild_id AS id, schema_name AS schema FROM operations.rebuild
         WHERE state = 'running' AND pg_try_advisory_lock(${lockOf('rebuild_id')})`,
      );
      for (const { id, schema } of rows) await discard(client, id, schema, 'interrupted');
    } finally {
      // The locks are the session's: they end with it.
      client.release(true);
    }
  }

  /**
   * Starts a rebuild and returns at once.
   * @throws RebuildRunning while another one runs: two at once would share the machine and help nobody.
   */
  async start(kind: Rebuild['kind'], upTo?: number): Promise<Rebuild> {
    if (this.running !== undefined) {
      throw Object.assign(new Error('a rebuild is running already'), { code: 'rebuild-running' as const });
    }
    const id = randomBytes(16).toString('hex');
    const head = await this.options.store.head(this.options.stream);
    const schema = kind === 'live' ? `rebuild_${id}` : `golden_at_${upTo ?? head}`;
    const client = await this.options.pool.connect();
    // One that breaks between two queries says so to nobody else, and would end the process.
    client.on('error', () => undefined);
    try {
      await client.query(`SELECT pg_advisory_lock(${lockOf('$1::uuid')})`, [id]);
      await client.query(
        `INSERT INTO operations.rebuild (rebuild_id, kind, state, up_to, schema_name, head) VALUES ($1, $2, 'running', $3, $4, $5)`,
        [id, kind, upTo ?? null, schema, upTo ?? head],
      );
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.running = this.run(client, id, kind, schema, upTo).finally(() => (this.running = undefined));
    return this.find(id).then((found) => {
      if (found === undefined) throw new Error('the rebuild just started is not found');
      return found;
    });
  }

  async find(id: string): Promise<Rebuild | undefined> {
    const { rows } = await this.options.pool.query<Rebuild>(
      `SELECT replace(rebuild_id::text, '-', '') AS id, kind, state, schema_name AS schema, position, head, records,
              before_digest AS before, after_digest AS after, reason
       FROM operations.rebuild WHERE rebuild_id = $1`,
      [id],
    );
    return rows[0];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(
    client: pg.PoolClient,
    id: string,
    kind: Rebuild['kind'],
    schema: string,
    upTo: number | undefined,
  ): Promise<void> {
    const { onError } = this.options;
    try {
      await client.query('BEGIN');
      await createReadModels(client, schema);
      await client.query('COMMIT');
      const position = await this.project(client, schema, id, upTo);
      if (kind === 'live') await this.swap(client, schema, id);
      else {
        const after = await digestOf(client, schema);
        await this.finish(client, id, position, undefined, after);
        await this.dropOldAsAt(client);
      }
    } catch (error) {
      onError(error);
      const reason = error instanceof Error ? error.message : 'unknown';
      await this.discardInTheEnd(id, schema, this.stopping.signal.aborted ? 'stopped' : reason);
    } finally {
      client.release(true);
    }
  }

  /** The database that failed us may be away for a while. Where we are stopped first, the next start does it. */
  private async discardInTheEnd(id: string, schema: string, reason: string): Promise<void> {
    const { pool, onError } = this.options;
    for (;;) {
      try {
        return await discard(pool, id, schema, reason);
      } catch (error) {
        onError(error);
        if (this.stopping.signal.aborted) return;
        await pause(DISCARD_AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async project(
    client: pg.ClientBase,
    schema: string,
    id: string,
    upTo: number | undefined,
  ): Promise<number> {
    let reported = Date.now();
    const { store, stream, pool, onError } = this.options;
    const position = await projectLedger({
      store,
      stream,
      client,
      schema,
      ...(upTo === undefined ? {} : { upTo }),
      signal: this.stopping.signal,
      more: () => Promise.resolve(false),
      onDecision: ({ position: at, records }) => {
        if (Date.now() - reported < 200) return;
        reported = Date.now();
        pool
          .query('UPDATE operations.rebuild SET position = $2, records = $3 WHERE rebuild_id = $1', [
            id,
            at,
            records,
          ])
          .catch(onError);
      },
    });
    if (this.stopping.signal.aborted) throw new Error('stopped');
    return position;
  }

  /** Catches up with the live read models while those stand still, compares, and takes their place. */
  private async swap(client: pg.PoolClient, schema: string, id: string): Promise<void> {
    await this.options.live.whilePaused(async () => {
      const livePosition = await readCheckpoint(client, LIVE_SCHEMA);
      const position = await this.project(client, schema, id, livePosition);
      const before = livePosition === undefined ? undefined : await digestOf(client, LIVE_SCHEMA);
      const after = await digestOf(client, schema);
      await client.query('BEGIN');
      try {
        await swapReadModels(client, schema);
        // In one step with the swap: what was swapped is done.
        await this.finish(client, id, position, before, after);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  private async finish(
    client: pg.ClientBase,
    id: string,
    position: number,
    before: string | undefined,
    after: string,
  ): Promise<void> {
    await client.query(
      `UPDATE operations.rebuild
       SET state = 'done', position = $2, before_digest = $3, after_digest = $4, ended_at = now(),
           records = (SELECT count(*) FROM ${LIVE_SCHEMA}.record)
       WHERE rebuild_id = $1`,
      [id, position, before ?? null, after],
    );
  }

  private async dropOldAsAt(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{ schema_name: string }>(
      `SELECT schema_name FROM operations.rebuild WHERE kind = 'as-at' AND state = 'done'
       GROUP BY schema_name ORDER BY max(ended_at) DESC OFFSET ${KEPT_AS_AT}`,
    );
    for (const { schema_name } of rows) {
      await client.query(`DROP SCHEMA IF EXISTS ${schema_name} CASCADE`);
      await client.query(`DELETE FROM operations.rebuild WHERE schema_name = $1`, [schema_name]);
    }
  }
}

/** Key of the advisory lock that the session of a rebuild holds while it runs. */
const lockOf = (id: string): string => `hashtext('kinledger rebuild'), hashtext((${id})::text)`;

/** Ends a rebuild without a result: nothing is left of it but the record of why. Repeatable. */
async function discard(
  client: Pick<pg.Pool | pg.ClientBase, 'query'>,
  id: string,
  schema: string,
  reason: string,
): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.query(
    `UPDATE operations.rebuild SET state = 'failed', reason = $2, ended_at = now()
     WHERE rebuild_id = $1 AND state = 'running'`,
    [id, reason],
  );
}

async function digestOf(client: pg.ClientBase, schema: string): Promise<string> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone TO 'UTC'`);
  try {
    return (await contentDigest(client, schema)).digest;
  } finally {
    await client.query('COMMIT');
  }
}
