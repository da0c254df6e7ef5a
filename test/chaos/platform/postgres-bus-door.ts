import { createPostgresMessageBus, type MessageBus, type OutgoingMessage } from '@kinledger/message-bus';
import type { ClosableBusDoor, RunningHome } from './bus-host.js';
import type { Consumer } from './platform-under-test.js';
import { publishAgain } from './publish-again.js';

/** The bus in PostgreSQL, with the rights of a superuser. */
export class PostgresBusDoor implements ClosableBusDoor {
  private readonly bus: MessageBus;

  constructor(private readonly home: RunningHome) {
    this.bus = createPostgresMessageBus({ url: home.url('bus'), applicationName: 'kinledger-chaos' });
  }

  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.bus.publish(topic, messages);
  }

  publishAgain(topic: string, messages: number): Promise<void> {
    return publishAgain(this.bus, topic, messages);
  }

  async lag(group: Consumer): Promise<number> {
    const partitions = await this.bus.lag(group);
    return partitions.reduce((sum, { lag }) => sum + lag, 0);
  }

  async published(topic: string): Promise<number> {
    const [row] = await this.home.ask<{ published: number }>(
      'bus',
      `SELECT coalesce(sum(next_offset), 0)::int AS published
       FROM bus.partition JOIN bus.topic ON topic.id = topic_id WHERE name = $1`,
      [topic],
    );
    return row?.published ?? 0;
  }

  async rewind(group: Consumer, messages: number): Promise<number> {
    const [row] = await this.home.ask<{ again: number }>(
      'bus',
      `WITH target AS (
         SELECT topic_id, partition, committed AS before,
           greatest(committed - $2, (SELECT coalesce(min("offset"), committed) FROM bus.message m
             WHERE m.topic_id = lease.topic_id AND m.partition = lease.partition)) AS back
         FROM bus.lease WHERE group_name = $1
       ), moved AS (
         UPDATE bus.lease SET committed = least(committed, back) FROM target
         WHERE lease.group_name = $1 AND lease.topic_id = target.topic_id AND lease.partition = target.partition
         RETURNING greatest(0, before - back) AS again
       )
       SELECT coalesce(sum(again), 0)::int AS again FROM moved`,
      [group, messages],
    );
    return row?.again ?? 0;
  }

  async hasExpired(group: Consumer): Promise<boolean> {
    const [row] = await this.home.ask<{ living: boolean }>(
      'bus',
      `SELECT EXISTS (SELECT FROM bus.member WHERE group_name = $1 AND expires_at > clock_timestamp()) AS living`,
      [group],
    );
    return row?.living === false;
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}
