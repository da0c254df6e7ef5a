import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Lease, LeaseOptions, Leases } from './lease.js';

const takeIt = `
  INSERT INTO linker.lease AS held (programme, owner, epoch, expires_at)
  VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond')
  ON CONFLICT (programme) DO UPDATE
    SET owner = excluded.owner, epoch = held.epoch + 1, expires_at = excluded.expires_at
    WHERE held.expires_at <= now()
  RETURNING epoch`;

const renewIt = `
  UPDATE linker.lease SET expires_at = now() + $4 * interval '1 millisecond'
  WHERE programme = $1 AND owner = $2 AND epoch = $3`;

const endIt = `UPDATE linker.lease SET expires_at = now() WHERE programme = $1 AND owner = $2 AND epoch = $3`;

/** Leases in a table, by the database's clock: two machines need not agree on the time. */
export class PostgresLeases implements Leases {
  constructor(
    private readonly pool: pg.Pool,
    /** Unique per process. */
    private readonly owner: string,
    private readonly options: LeaseOptions,
  ) {}

  async acquire(programme: string, signal: AbortSignal): Promise<Lease | undefined> {
    while (!signal.aborted) {
      // Ours counts from before the question: the database's answer may have been long under way.
      const askedAt = performance.now();
      const epoch = await this.tryToTake(programme);
      if (epoch !== undefined) return this.keep(programme, epoch, askedAt);
      await pause(this.options.ttlMs / 4, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }

  private async tryToTake(programme: string): Promise<number | undefined> {
    try {
      const { rows } = await this.pool.query<{ epoch: number }>(takeIt, [
        programme,
        this.owner,
        this.options.ttlMs,
      ]);
      return rows[0]?.epoch;
    } catch (error) {
      this.options.onError(error);
      return undefined;
    }
  }

  private keep(programme: string, epoch: number, heldSince: number): Lease {
    const lost = new AbortController();
    const released = new AbortController();
    const key = [programme, this.owner, epoch] as const;
    const beating = this.heartbeat(key, heldSince, lost, released.signal);
    const release = async () => {
      if (released.signal.aborted) return beating;
      released.abort();
      await beating;
      if (!lost.signal.aborted) {
        lost.abort();
        await this.pool.query(endIt, [...key]).catch(this.options.onError);
      }
    };
    return { epoch, lost: lost.signal, release };
  }

  private async heartbeat(
    key: readonly [string, string, number],
    heldSince: number,
    lost: AbortController,
    released: AbortSignal,
  ): Promise<void> {
    let renewedAt = heldSince;
    while (!lost.signal.aborted) {
      await pause(this.options.ttlMs / 4, undefined, { signal: released }).catch(() => undefined);
      if (released.aborted) return;
      const askedAt = performance.now();
      try {
        // An answer that does not come is a failure too: by then somebody else may hold the lease.
        const answer = this.pool.query(renewIt, [...key, this.options.ttlMs]);
        answer.catch(() => undefined);
        const renewed = await Promise.race([answer, this.endOf(renewedAt)]);
        if (renewed === undefined || renewed.rowCount === 0) lost.abort();
        renewedAt = askedAt;
      } catch (error) {
        this.options.onError(error);
        if (performance.now() - renewedAt >= this.options.ttlMs) lost.abort();
      }
    }
  }

  private async endOf(renewedAt: number): Promise<undefined> {
    const left = renewedAt + this.options.ttlMs - performance.now();
    await pause(Math.max(0, left), undefined, { ref: false });
  }
}
