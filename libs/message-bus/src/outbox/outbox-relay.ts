import type pg from 'pg';
import { inTransaction } from '@kinledger/database';
import { BackOff, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type { MessageBus, OutgoingMessage } from '../message-bus.js';
import type { OutboxTable } from './outbox-table.js';

export interface OutboxRelayOptions {
  /** Connects to the service's own database. One connection is held while rows move. */
  readonly pool: pg.Pool;
  readonly table: OutboxTable;
  readonly bus: MessageBus;
  /** Called at every failure; the relay retries by itself, after a growing pause. */
  readonly onError?: (error: unknown) => void;
  /** How often it looks for rows without being woken. Default 500. */
  readonly pollMs?: number;
}

const MAX_PAGE_ROWS = 1000;
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Moves the rows of an outbox to the bus in order, and deletes them once they are durable there.
 *
 * At least once: after a crash between publish and delete it publishes again, so consumers recognise repeats by
 * `ce_id`. Several relays may run; an advisory lock, released with the connection, lets one at a time move rows. A
 * topic that cannot be published to holds back its own rows only.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  readonly #wakeUp = new WakeUp();

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
  }

  /** Begins to move rows. Further calls have no effect. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Call after a commit that wrote to the outbox, so that its rows are moved at once. */
  wake(): void {
    this.#wakeUp.call();
  }

  /** Finishes the page in progress. Remaining rows wait for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { pollMs = 500, onError } = this.#options;
    const { signal } = this.#stopping;
    const backOff = new BackOff({ firstMs: 2 * pollMs, longestMs: LONGEST_PAUSE_MS });
    while (!signal.aborted) {
      // A call after this may concern rows that are written after the look below.
      this.#wakeUp.quiet();
      try {
        await this.#moveAll();
        backOff.reset();
        await this.#wakeUp.wait({ ms: pollMs, signal });
      } catch (error) {
        onError?.(error);
        // A call does not end this pause: a busy writer must not defeat it.
        await pauseUnlessAborted(backOff.failed(), signal);
      }
    }
  }

  /** Moves page after page until no movable row is left. */
  async #moveAll(): Promise<void> {
    const held = new Map<string, unknown>();
    while (!this.#stopping.signal.aborted && (await this.#movePage(held)) > 0);
    const [failure] = held.values();
    if (held.size > 0) throw failure;
  }

  /** Moves one page, and adds topics that fail to `held`. Returns the number of rows found. */
  async #movePage(held: Map<string, unknown>): Promise<number> {
    const { pool, table, bus } = this.#options;
    return inTransaction(pool, async (client) => {
      const { rows: locks } = await client.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtext('kinledger outbox'), hashtext($1)) AS mine`,
        [table.schema],
      );
      if (locks[0]?.mine !== true) return 0;
      const { rows } = await client.query<OutboxRow>(
        `SELECT id, topic, key, headers, value
         FROM (
           SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before
           FROM (
             SELECT * FROM ${table.name} WHERE topic <> ALL ($1::text[]) ORDER BY id LIMIT ${MAX_PAGE_ROWS}
           ) AS page
         ) AS measured
         WHERE bytes_before < ${MAX_PAGE_BYTES}
         ORDER BY id`,
        [[...held.keys()]],
      );
      const moved: number[] = [];
      for (const [topic, messages] of Map.groupBy(rows, (row) => row.topic)) {
        try {
          await bus.publish(topic, messages.map(outgoing));
          moved.push(...messages.map((row) => row.id));
        } catch (error) {
          held.set(topic, error);
        }
      }
      await client.query(`DELETE FROM ${table.name} WHERE id = ANY ($1::bigint[])`, [moved]);
      return rows.length;
    });
  }
}

interface OutboxRow extends OutgoingMessage {
  readonly id: number;
  readonly topic: string;
}

const outgoing = ({ key, headers, value }: OutboxRow): OutgoingMessage => ({ key, headers, value });
