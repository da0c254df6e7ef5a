import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pauseUnlessAborted } from '@kinledger/waiting';
import { isStoreUnreachable, lastClosedAt, type EventStore } from '@kinledger/event-store';
import {
  AS_AT_SCHEMA,
  contentDigest,
  LIVE_SCHEMA,
  readCheckpoint,
  swapReadModels,
} from '@kinledger/read-models';
import type pg from 'pg';
import type { LiveProjection } from '../projection/live-projection.js';
import { ReadModelFilling } from './read-model-filling.js';

export interface RebuilderOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  readonly live: LiveProjection;
  /** Called when rebuilt read models take the place of the live ones, in the same transaction. */
  readonly onSwapped?: (client: pg.ClientBase) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Rebuild {
  readonly id: string;
  readonly kind: 'live' | 'as-at';
  readonly state: 'running' | 'done' | 'failed';
  /** Schema of the rebuilt read models, once it is done. */
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

export interface PositionBeyondLedger extends Error {
  readonly code: 'position-beyond-ledger';
  /** Last position of the ledger; −1 if it is empty. */
  readonly head: number;
}

export const isPositionBeyondLedger = (error: unknown): error is PositionBeyondLedger =>
  error instanceof Error && 'code' in error && error.code === 'position-beyond-ledger';

/** Number of as-at schemas to keep; beyond that the oldest is dropped. */
const KEPT_AS_AT = 4;
const FAIL_AGAIN_MS = 1_000;
/** Delay before a retry if the event store became unavailable during a rebuild. */
const READ_AGAIN_MS = 1_000;

/** Rebuilds read models from the ledger: the live ones, with an atomic swap, or those at a past position. */
export class Rebuilder {
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  readonly #options: RebuilderOptions;

  constructor(options: RebuilderOptions) {
    this.#options = options;
  }

  /**
   * Marks rebuilds interrupted by a crash as failed; readers never saw what they wrote. Leaves alone a rebuild of
   * another process, recognised by its session lock.
   */
  async clearInterrupted(): Promise<void> {
    const client = await this.#options.pool.connect();
    try {
      const { rows } = await client.query<{ id: string }>(
        `SELECT rebuild_id AS id FROM operations.rebuild
         WHERE state = 'running' AND pg_try_advisory_lock(${lockOf('rebuild_id')})`,
      );
      for (const { id } of rows) await fail(client, id, 'interrupted');
    } finally {
      // The locks belong to the session, and end with it.
      client.release(true);
    }
  }

  /**
   * Starts a rebuild and returns at once.
   * @throws RebuildRunning while another one runs, because two would only compete; PositionBeyondLedger for a position
   * that the ledger has not reached; ForeignEvent if the live projection halted at one and the whole ledger is
   * requested.
   */
  async start(kind: Rebuild['kind'], upTo?: number): Promise<Rebuild> {
    if (this.#running !== undefined) {
      throw Object.assign(new Error('a rebuild is running already'), { code: 'rebuild-running' as const });
    }
    const { haltedBy } = this.#options.live;
    if (haltedBy !== undefined && (upTo === undefined || upTo >= haltedBy.revision)) throw haltedBy;
    const id = randomBytes(16).toString('hex');
    const head = await this.#options.store.head(this.#options.stream);
    if (upTo !== undefined && upTo > head) {
      throw Object.assign(new Error('the ledger does not reach that position'), {
        code: 'position-beyond-ledger' as const,
        head,
      });
    }
    const schema = kind === 'live' ? LIVE_SCHEMA : `${AS_AT_SCHEMA}${upTo ?? head}`;
    const client = await this.#options.pool.connect();
    // Without a listener, a connection that breaks between two queries would end the process.
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
    this.#running = this.#run(client, { id, kind, schema, head: upTo ?? head }).finally(
      () => (this.#running = undefined),
    );
    return this.find(id).then((found) => {
      if (found === undefined) throw new Error('the rebuild just started is not found');
      return found;
    });
  }

  async find(id: string): Promise<Rebuild | undefined> {
    const { rows } = await this.#options.pool.query<Rebuild>(
      `SELECT replace(rebuild_id::text, '-', '') AS id, kind, state, schema_name AS schema, position, head, records,
              before_digest AS before, after_digest AS after, reason
       FROM operations.rebuild WHERE rebuild_id = $1`,
      [id],
    );
    return rows[0];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Runs in one transaction: readers see nothing before the end, and a failure leaves nothing. */
  async #run(
    client: pg.PoolClient,
    rebuild: Pick<Rebuild, 'id' | 'kind' | 'schema' | 'head'>,
  ): Promise<void> {
    const { onError } = this.#options;
    try {
      await this.#fillOnceReachable(client, rebuild);
    } catch (error) {
      onError(error);
      await client.query('ROLLBACK').catch(() => undefined);
      const reason = error instanceof Error ? error.message : 'unknown';
      await this.#failInTheEnd(rebuild.id, this.#stopping.signal.aborted ? 'stopped' : reason);
    } finally {
      client.release(true);
    }
  }

  /** Fills, and starts again if the event store becomes unavailable; nobody has seen the partial result. */
  async #fillOnceReachable(
    client: pg.PoolClient,
    rebuild: Pick<Rebuild, 'id' | 'kind' | 'schema' | 'head'>,
  ): Promise<void> {
    for (;;) {
      try {
        await this.#fill(client, rebuild);
        return;
      } catch (error) {
        if (!isStoreUnreachable(error) || !error.isTransient || this.#stopping.signal.aborted) throw error;
        await client.query('ROLLBACK');
        await pause(READ_AGAIN_MS, undefined, { signal: this.#stopping.signal });
      }
    }
  }

  async #fill(
    client: pg.PoolClient,
    rebuild: Pick<Rebuild, 'id' | 'kind' | 'schema' | 'head'>,
  ): Promise<void> {
    const { store, stream, pool, onError } = this.#options;
    const { id, kind } = rebuild;
    const filling = new ReadModelFilling({
      store,
      stream,
      client,
      schema: `rebuild_${id}`,
      signal: this.#stopping.signal,
      onProgress: (position, records) => {
        pool
          .query('UPDATE operations.rebuild SET position = $2, records = $3 WHERE rebuild_id = $1', [
            id,
            position,
            records,
          ])
          .catch(onError);
      },
    });
    await client.query('BEGIN');
    await (kind === 'live'
      ? this.#rebuildLive(client, filling, rebuild)
      : this.#rebuildAsAt(client, filling, rebuild));
    if (kind === 'as-at') await this.#dropOldAsAt(client);
  }

  async #rebuildAsAt(
    client: pg.ClientBase,
    filling: ReadModelFilling,
    { id, schema, head }: Pick<Rebuild, 'id' | 'schema' | 'head'>,
  ): Promise<void> {
    const { store, stream } = this.#options;
    await filling.fill(await lastClosedAt(store, stream, head));
    const after = await filling.digest();
    await swapReadModels(client, filling.schema, schema);
    await this.#finish(client, id, { schema, position: filling.position, before: undefined, after });
    await client.query('COMMIT');
  }

  /**
   * While the live read models are paused, catches up with them, compares, and replaces them, at their position, even
   * if the ledger goes beyond it.
   */
  async #rebuildLive(
    client: pg.ClientBase,
    filling: ReadModelFilling,
    { id, schema }: Pick<Rebuild, 'id' | 'schema'>,
  ): Promise<void> {
    const { store, stream, pool, live } = this.#options;
    const liveAt = () => readCheckpoint(client, LIVE_SCHEMA);
    const end = () => lastClosedAt(store, stream);
    await filling.fill((await liveAt()) ?? (await end()));
    // Most of what came meanwhile is added while the live projection goes on.
    await filling.catchUp((await liveAt()) ?? (await end()));
    await live.whilePaused(async () => {
      const standing = await liveAt();
      await filling.catchUp(standing ?? (await end()));
      // On two connections in parallel.
      const [before, after] = await Promise.all([
        standing === undefined ? undefined : digestOfLive(pool),
        filling.digest(),
      ]);
      await swapReadModels(client, filling.schema);
      await this.#options.onSwapped?.(client);
      await this.#finish(client, id, { schema, position: filling.position, before, after });
      // Commit the swap and the result together. Then the live projection continues in the new read models.
      await client.query('COMMIT');
    });
  }

  /** Marks the rebuild as failed, retrying while the database is unavailable. After a stop, the next start does it. */
  async #failInTheEnd(id: string, reason: string): Promise<void> {
    const { pool, onError } = this.#options;
    for (;;) {
      try {
        return await fail(pool, id, reason);
      } catch (error) {
        onError(error);
        if (this.#stopping.signal.aborted) return;
        await pauseUnlessAborted(FAIL_AGAIN_MS, this.#stopping.signal);
      }
    }
  }

  async #finish(
    client: pg.ClientBase,
    id: string,
    done: {
      readonly schema: string;
      readonly position: number;
      readonly before: string | undefined;
      readonly after: string;
    },
  ): Promise<void> {
    await client.query(
      `UPDATE operations.rebuild
       SET state = 'done', position = $2, before_digest = $3, after_digest = $4, ended_at = now(),
           records = (SELECT count(*) FROM ${done.schema}.numbered_record)
       WHERE rebuild_id = $1`,
      [id, done.position, done.before ?? null, done.after],
    );
  }

  async #dropOldAsAt(client: pg.ClientBase): Promise<void> {
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

/** Ends a rebuild without a result, leaving only the record of the reason. Idempotent. */
async function fail(
  client: Pick<pg.Pool | pg.ClientBase, 'query'>,
  id: string,
  reason: string,
): Promise<void> {
  await client.query(
    `UPDATE operations.rebuild SET state = 'failed', reason = $2, ended_at = now()
     WHERE rebuild_id = $1 AND state = 'running'`,
    [id, reason],
  );
}

async function digestOfLive(pool: pg.Pool): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { digest } = await contentDigest(client, LIVE_SCHEMA);
    await client.query('COMMIT');
    client.release();
    return digest;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
