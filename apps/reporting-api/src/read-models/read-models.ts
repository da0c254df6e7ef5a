import { AsyncLocalStorage } from 'node:async_hooks';
import { InjectPool, Problem } from '@kinledger/service-kit';
import { ask, behind, isMissing, isOvertaken, positionOf, type AsAt } from '@kinledger/figures';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';

/** One state of the read models, for all queries of an answer. */
export interface Snapshot extends AsAt {
  readonly client: pg.ClientBase;
  /** Ledger position of the read models. */
  readonly position: number;
}

const MAX_REMEMBERED = 200;
/** A transaction that begins during a swap sees neither the old read models nor the new, so it is retried. */
const MAX_TRIES = 5;
/** The projector confirms every ten seconds that it is at the ledger’s end; a large decision takes longer. */
const BEHIND_AFTER_SECONDS = 60;

/** Reads the golden dataset. Caches each answer by ledger position, because nothing changes between two positions. */
@Injectable()
export class ReadModels {
  readonly #remembered = new Map<string, Promise<unknown>>();
  /** The state that work in `onOneState` is held to. */
  readonly #held = new AsyncLocalStorage<Snapshot>();
  readonly #pool: pg.Pool;

  constructor(@InjectPool('platform') pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Computes an answer on one state of the read models, or returns the one cached for this position.
   * @param question the cache key of the answer.
   * @param asAt a past ledger position, for which read models must have been rebuilt.
   * @throws Problem 503 before the first decision is projected, 404 for a position that was not rebuilt.
   */
  async answer<T>(question: string, compute: (snapshot: Snapshot) => Promise<T>, asAt?: number): Promise<T> {
    return this.read(async (snapshot) => {
      const key = `${asAt ?? 'live'} ${snapshot.position} ${question}`;
      const known = this.#remembered.get(key) as Promise<T> | undefined;
      if (known !== undefined) return known;
      const answer = compute(snapshot);
      this.#remembered.set(key, answer);
      answer.catch(() => this.#remembered.delete(key));
      for (const oldest of this.#remembered.keys()) {
        if (this.#remembered.size <= MAX_REMEMBERED) break;
        this.#remembered.delete(oldest);
      }
      return answer;
    }, asAt);
  }

  /**
   * Since when the live read models may be behind the ledger, as ISO 8601; null if they were confirmed current within
   * the last minute. They fall behind when the projector is stopped, cannot reach the ledger, or is busy.
   */
  async behindSince(): Promise<string | null> {
    const client = this.#held.getStore()?.client ?? this.#pool;
    const [row] = await ask<{ since: string }>(client, behind, [BEHIND_AFTER_SECONDS]);
    return row?.since ?? null;
  }

  /**
   * Asks several questions of one state of the read models, on one connection: everything that `work` asks here stands at
   * one ledger position. It must ask one question after another. If the read models are swapped meanwhile, it is run again.
   */
  async onOneState<T>(work: () => Promise<T>): Promise<T> {
    return this.read((snapshot) => this.#held.run(snapshot, work));
  }

  /** Runs queries on one state of the read models, without caching. */
  async read<T>(work: (snapshot: Snapshot) => Promise<T>, asAt?: number): Promise<T> {
    const held = this.#held.getStore();
    if (held !== undefined) return work(await standingAt(held.client, asAt, held));
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#readOnce(work, asAt);
      } catch (error) {
        if (isMissing(error)) throw missing(asAt);
        if (!isOvertaken(error) || tries >= MAX_TRIES) throw error;
      }
    }
  }

  async #readOnce<T>(work: (snapshot: Snapshot) => Promise<T>, asAt: number | undefined): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      return await work(await standingAt(client, asAt));
    } finally {
      await client.query('ROLLBACK').catch(() => undefined);
      client.release();
    }
  }
}

/** The state that a transaction sees, of the live read models or of those at a past position. */
const standingAt = async (
  client: pg.ClientBase,
  asAt: number | undefined,
  known?: Snapshot,
): Promise<Snapshot> =>
  known !== undefined && known.asAt === asAt
    ? known
    : { client, asAt, position: await positionOf(client, { asAt }) };

const missing = (asAt: number | undefined): Problem =>
  asAt === undefined
    ? new Problem(503, 'read-models-missing', {
        detail: 'The read models are not there yet: the projector makes them when it starts.',
        headers: { 'retry-after': '2' },
      })
    : new Problem(404, 'position-not-rebuilt', {
        detail: 'No read models stand at that position: ask the projector to rebuild up to it first.',
      });
