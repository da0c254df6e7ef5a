import { setTimeout as pause } from 'node:timers/promises';
import { pauseUnlessAborted } from '@kinledger/waiting';
import type pg from 'pg';
import type { Lease, LeaseOptions, Leases } from './lease.js';

const takeIt = `
  INSERT INTO linker.lease AS held (programme, owner, epoch, expires_at, session, session_since)
  SELECT $1, $2, 1, now() + $3 * interval '1 millisecond', pid, backend_start
  FROM pg_stat_activity WHERE pid = pg_backend_pid()
  ON CONFLICT (programme) DO UPDATE
    SET owner = excluded.owner, epoch = held.epoch + 1, expires_at = excluded.expires_at,
        session = excluded.session, session_since = excluded.session_since
    WHERE held.expires_at <= now()
       OR NOT EXISTS (SELECT FROM pg_stat_activity s WHERE s.pid = held.session AND s.backend_start = held.session_since)
  RETURNING epoch`;

const renewIt = `
  UPDATE linker.lease SET expires_at = now() + $4 * interval '1 millisecond'
  WHERE programme = $1 AND owner = $2 AND epoch = $3`;

const endIt = `UPDATE linker.lease SET expires_at = now() WHERE programme = $1 AND owner = $2 AND epoch = $3`;

type Key = readonly [programme: string, owner: string, epoch: number];

/**
 * Leases in a table, by the database's clock, so that machines need not agree on the time. Each lease has its own
 * database session, so that a standby replaces a killed holder at once.
 */
export class PostgresLeases implements Leases {
  readonly #pool: pg.Pool;
  /** Unique per process. */
  readonly #owner: string;
  readonly #options: LeaseOptions;

  constructor(pool: pg.Pool, owner: string, options: LeaseOptions) {
    this.#pool = pool;
    this.#owner = owner;
    this.#options = options;
  }

  async acquire(programme: string, signal: AbortSignal): Promise<Lease | undefined> {
    while (!signal.aborted) {
      try {
        const lease = await this.#tryToTake(programme);
        if (lease !== undefined) return lease;
      } catch (error) {
        this.#options.onError(error);
      }
      await pauseUnlessAborted(this.#options.ttlMs / 8, signal);
    }
    return undefined;
  }

  async #tryToTake(programme: string): Promise<Lease | undefined> {
    const session = new Session(await this.#pool.connect());
    try {
      // Count from before the query, because the answer may have taken long.
      const askedAt = performance.now();
      const { rows } = await session.client.query<{ epoch: number }>(takeIt, [
        programme,
        this.#owner,
        this.#options.ttlMs,
      ]);
      const [taken] = rows;
      if (taken !== undefined) return this.#keep(session, [programme, this.#owner, taken.epoch], askedAt);
      session.end();
      return undefined;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  #keep(session: Session, key: Key, heldSince: number): Lease {
    const lost = new AbortController();
    const released = new AbortController();
    session.whenBroken(() => lost.abort());
    const beating = this.#heartbeat(session, key, heldSince, lost, released.signal);
    const release = async () => {
      if (released.signal.aborted) return beating;
      released.abort();
      await beating;
      if (!lost.signal.aborted) {
        lost.abort();
        await session.client.query(endIt, [...key]).catch(this.#options.onError);
      }
      session.end();
    };
    return { epoch: key[2], lost: lost.signal, release };
  }

  async #heartbeat(
    session: Session,
    key: Key,
    heldSince: number,
    lost: AbortController,
    released: AbortSignal,
  ): Promise<void> {
    const { ttlMs, onError } = this.#options;
    const stop = AbortSignal.any([lost.signal, released]);
    let renewedAt = heldSince;
    for (;;) {
      await pauseUnlessAborted(ttlMs / 4, stop);
      if (stop.aborted) return;
      const askedAt = performance.now();
      try {
        // A missing answer is a failure too: another process may hold the lease by then.
        const answer = session.client.query(renewIt, [...key, ttlMs]);
        answer.catch(() => undefined);
        const left = Math.max(0, renewedAt + ttlMs - askedAt);
        const renewed = await Promise.race([answer, pause(left, undefined, { ref: false })]);
        if (renewed?.rowCount !== 1) return lost.abort();
        renewedAt = askedAt;
      } catch (error) {
        onError(error);
        if (performance.now() - renewedAt >= ttlMs) return lost.abort();
      }
    }
  }
}

/** A dedicated connection, which is not replaced when it breaks. */
class Session {
  #broken = false;
  #ended = false;
  #tell: (() => void) | undefined;

  constructor(readonly client: pg.PoolClient) {
    client.on('error', this.#break);
  }

  whenBroken(tell: () => void): void {
    this.#tell = tell;
    if (this.#broken) tell();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.client.off('error', this.#break);
    this.client.release(this.#broken);
  }

  readonly #break = (): void => {
    this.#broken = true;
    this.#tell?.();
  };
}
