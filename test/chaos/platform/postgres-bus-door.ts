import { createPostgresMessageBus } from '@kinledger/message-bus';
import { AdapterBusDoor } from './adapter-bus-door.js';
import type { RunningHome } from './bus-host.js';
import type { Consumer } from './platform-under-test.js';

/** The bus in PostgreSQL, as superuser. */
export class PostgresBusDoor extends AdapterBusDoor {
  readonly #home: RunningHome;

  constructor(home: RunningHome) {
    super(createPostgresMessageBus({ url: home.url('bus'), applicationName: 'kinledger-chaos' }));
    this.#home = home;
  }

  async published(topic: string): Promise<number> {
    const [row] = await this.#home.ask<{ published: number }>(
      'bus',
      `SELECT coalesce(sum(next_offset), 0)::int AS published
       FROM bus.partition JOIN bus.topic ON topic.id = topic_id WHERE name = $1`,
      [topic],
    );
    return row?.published ?? 0;
  }

  async rewind(group: Consumer, messages: number): Promise<number> {
    const [row] = await this.#home.ask<{ again: number }>(
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
    const [row] = await this.#home.ask<{ living: boolean }>(
      'bus',
      `SELECT EXISTS (SELECT FROM bus.member WHERE group_name = $1 AND expires_at > clock_timestamp()) AS living`,
      [group],
    );
    return row?.living === false;
  }
}
