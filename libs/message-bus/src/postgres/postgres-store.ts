import { packBytes, unpackBytes } from '@kinledger/database';
import type pg from 'pg';
import { attendance } from '../consumer/fair-share.js';
import type {
  Attendance,
  FetchedMessages,
  FetchLimits,
  GroupState,
  Lease,
  Member,
  MessageStore,
  PartitionName,
  Hint,
} from '../consumer/message-store.js';
import { partitionsDiffer, topicUnknown } from '../errors.js';
import {
  MAX_MESSAGE_BYTES,
  type OutgoingMessage,
  type PartitionLag,
  type PartitionSpan,
  type TopicSettings,
} from '../message-bus.js';
import { packMessages } from '../packed-messages.js';
import { partitionOf } from '../partition-of.js';
import { boundedQuery } from './bounded-query.js';
import type { Hints } from './hints.js';

/** Messages and leases in the schema `bus`: each call is one statement with one function of the migration. */
export class PostgresStore implements MessageStore {
  readonly #pool: pg.Pool;
  readonly #hints: Hints;
  readonly #timeoutMs: number;
  /** The number of partitions of a topic never changes. */
  readonly #partitions = new Map<string, number>();

  constructor(pool: pg.Pool, hints: Hints, timeoutMs: number) {
    this.#pool = pool;
    this.#hints = hints;
    this.#timeoutMs = timeoutMs;
  }

  async ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    // Always in the same order, so that services that start together do not deadlock.
    for (const { name, partitions, retentionMs } of topics.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      await this.#call('SELECT bus.ensure_topic($1, $2, $3)', [
        name,
        partitions,
        Math.round(retentionMs),
      ]).catch((error: unknown) => {
        if (sqlState(error) === PARTITIONS_DIFFER) {
          throw partitionsDiffer(name, partitions, Number(detail(error)));
        }
        throw error;
      });
    }
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const partitions = await this.#partitionsOf(topic);
    const { keys, headers, lengths, body } = packMessages(
      messages.map((message) => ({ ...message, value: packBytes(message.value) })),
    );
    await this.#call('SELECT bus.publish($1, $2, $3, $4, $5, $6, $7)', [
      topic,
      keys.map((key) => partitionOf(key, partitions)),
      keys,
      headers,
      messages.map(({ value }) => value.byteLength),
      lengths,
      body,
    ]);
  }

  async attend(member: Member): Promise<Attendance> {
    const rows = await this.#call<{
      state: { members: GroupState['members']; leases: GroupState['leases'] | null };
    }>('SELECT bus.attend($1, $2, $3, $4, $5, $6) AS state', [
      member.group,
      member.id,
      member.topics,
      member.startAt,
      member.ttlMs,
      this.#hints.backend,
    ]);
    const { state } = onlyRow(rows);
    return attendance({ members: state.members, leases: state.leases ?? [] }, member.id);
  }

  async claim(member: Member, partitions: readonly PartitionName[]): Promise<readonly Lease[]> {
    const rows = await this.#call<{ claimed: Lease[] }>('SELECT bus.claim($1, $2, $3, $4) AS claimed', [
      member.group,
      member.id,
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
    ]);
    return onlyRow(rows).claimed;
  }

  async release(member: Member, leases: readonly Lease[]): Promise<void> {
    await this.#call('SELECT bus.release($1, $2, $3, $4, $5)', [
      member.group,
      member.id,
      leases.map(({ topic }) => topic),
      leases.map(({ partition }) => partition),
      leases.map(({ epoch }) => epoch),
    ]);
  }

  async leave(member: Member): Promise<void> {
    await this.#call('SELECT bus.leave($1, $2)', [member.group, member.id]);
  }

  async fetch(
    { topic, partition }: PartitionName,
    from: number,
    { maxMessages, maxBytes }: FetchLimits,
  ): Promise<FetchedMessages> {
    // As base64, because PostgreSQL's text form of bytea is half as long again.
    const rows = await this.#call<FetchedRow>(
      `SELECT "offset", key, headers, encode(value, 'base64') AS base64, end_offset
       FROM bus.fetch($1, $2, $3, $4, $5)`,
      [topic, partition, from, maxMessages, maxBytes],
    );
    return {
      messages: rows.map(({ offset, key, headers, base64 }) => ({
        topic,
        partition,
        offset,
        key,
        headers,
        value: unpackBytes(Buffer.from(base64, 'base64'), MAX_MESSAGE_BYTES),
      })),
      end: rows[0]?.end_offset,
    };
  }

  async commit(member: Member, { topic, partition, epoch }: Lease, next: number): Promise<boolean> {
    const rows = await this.#call<{ committed: boolean }>(
      'SELECT bus.commit_offset($1, $2, $3, $4, $5, $6) AS committed',
      [member.group, member.id, topic, partition, epoch, next],
    );
    return onlyRow(rows).committed;
  }

  async ends(topics: readonly string[]): Promise<readonly (PartitionName & { readonly end: number })[]> {
    return this.#call('SELECT topic, partition, end_offset AS end FROM bus.ends($1)', [topics]);
  }

  async lag(group: string): Promise<readonly PartitionLag[]> {
    return this.#call('SELECT * FROM bus.lag($1)', [group]);
  }

  async topicId(topic: string): Promise<string> {
    return onlyRow(await this.#call<{ id: string }>('SELECT bus.topic_identity($1) AS id', [topic])).id;
  }

  async deleteSome(now: Date): Promise<number> {
    const rows = await this.#call<{ deleted: number }>('SELECT bus.apply_retention($1, $2) AS deleted', [
      now,
      RETENTION_BATCH,
    ]);
    return onlyRow(rows).deleted;
  }

  async trim(topics: readonly string[]): Promise<readonly PartitionSpan[]> {
    for (;;) {
      const left = await this.#call<PartitionSpan & { readonly committed: number }>(
        `SELECT topic, partition, begin_offset AS begin, end_offset AS end, committed FROM bus.trim($1, $2)`,
        [topics, RETENTION_BATCH],
      );
      if (left.every(({ begin, committed }) => begin >= committed))
        return left.map(({ committed: _, ...span }) => span);
    }
  }

  onHint(listener: (hint: Hint) => void): () => void {
    return this.#hints.listen(listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#hints.close(), this.#pool.end()]);
  }

  async #partitionsOf(topic: string): Promise<number> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const rows = await this.#call<{ partitions: number }>('SELECT bus.partitions($1) AS partitions', [topic]);
    const { partitions } = onlyRow(rows);
    this.#partitions.set(topic, partitions);
    return partitions;
  }

  async #call<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return await boundedQuery<Row>(this.#pool, this.#timeoutMs, text, values);
    } catch (error) {
      if (sqlState(error) === TOPIC_UNKNOWN) throw topicUnknown(detail(error));
      throw error;
    }
  }
}

/** Maximum number of messages of each partition that one statement deletes, so that none holds its locks for long. */
const RETENTION_BATCH = 500;

/** SQLSTATEs of migration 0002. */
const TOPIC_UNKNOWN = 'KB001';
const PARTITIONS_DIFFER = 'KB002';

interface FetchedRow extends Omit<OutgoingMessage, 'value'> {
  readonly base64: string;
  readonly offset: number;
  readonly end_offset: number;
}

const sqlState = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const detail = (error: unknown): string =>
  error instanceof Error && 'detail' in error && typeof error.detail === 'string' ? error.detail : '';

function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('a function of schema bus returned no row');
  return row;
}
