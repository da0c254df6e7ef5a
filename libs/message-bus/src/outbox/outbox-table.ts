import pg from 'pg';
import type { OutgoingMessage } from '../message-bus.js';
import { packMessages } from '../packed-messages.js';
import { requirePublishable } from '../publishable.js';

/** A message to publish, with its topic. */
export type OutboxMessage = { readonly topic: string } & OutgoingMessage;

/** The messages that wait in an outbox. */
export interface WaitingMessages {
  readonly messages: number;
  /** Seconds for which the oldest has waited; 0 if none waits. */
  readonly oldestSeconds: number;
}

/**
 * The table `<schema>.outbox` of a service (see outbox.template.sql), which holds its messages until `OutboxRelay` has
 * published them. Each table passes `contract/outbox.features.ts`.
 */
export class OutboxTable {
  readonly schema: string;

  constructor(schema: string) {
    this.schema = schema;
  }

  /** Its qualified name, quoted for SQL. */
  get name(): string {
    return `${pg.escapeIdentifier(this.schema)}.outbox`;
  }

  /**
   * Writes messages within the caller's transaction, in one statement: they are published if and only if it commits, in
   * this order. Call `OutboxRelay.wake` after the commit.
   *
   * Messages of one key keep their order across transactions if the later one writes after the earlier one committed;
   * concurrent transactions have no order among each other.
   * @throws MessageTooLarge, PublishTooLarge, MessageMalformed: a message that no bus accepts never enters the outbox.
   */
  async write(client: pg.ClientBase, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    requirePublishable(messages);
    const { keys, headers, lengths, body } = packMessages(messages);
    await client.query(
      `INSERT INTO ${this.name} (topic, key, headers, value)
       SELECT topic, key, headers, substring($5::bytea FROM start::int FOR length)
       FROM (
         SELECT *, 1 + sum(length) OVER (ORDER BY place) - length AS start
         FROM unnest($1::text[], $2::text[], $3::json[], $4::int[])
           WITH ORDINALITY AS message (topic, key, headers, length, place)
       ) AS packed
       ORDER BY place`,
      [messages.map((message) => message.topic), keys, headers, lengths, body],
    );
  }

  async waiting(client: pg.Pool | pg.ClientBase): Promise<WaitingMessages> {
    const { rows } = await client.query<WaitingMessages>(
      `SELECT count(*)::float8 AS messages,
              coalesce(greatest(0, extract(epoch FROM now() - min(created_at))), 0)::float8 AS "oldestSeconds"
       FROM ${this.name}`,
    );
    return rows[0] ?? { messages: 0, oldestSeconds: 0 };
  }
}
