import pg from 'pg';
import type { OutgoingMessage } from '../message-bus.js';
import { packMessages } from '../packed-messages.js';
import { requirePublishable } from '../publishable.js';

/** A message on its way to a topic. */
export type OutboxMessage = { readonly topic: string } & OutgoingMessage;

/**
 * Writes messages into `<schema>.outbox` (see outbox.template.sql) within the caller's transaction, in one
 * statement: they go to the bus if and only if it commits, in this order. Call `OutboxRelay.wake` after the commit.
 *
 * Messages of one key keep their order across transactions when the later one writes after the earlier one
 * committed; transactions that run at once have no order among each other.
 * @throws MessageTooLarge, PublishTooLarge, MessageMalformed: a message that no bus takes never enters the outbox.
 */
export async function writeOutbox(
  client: pg.ClientBase,
  schema: string,
  messages: readonly OutboxMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  requirePublishable(messages);
  const { keys, headers, lengths, body } = packMessages(messages);
  await client.query(
    `INSERT INTO ${pg.escapeIdentifier(schema)}.outbox (topic, key, headers, value)
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
