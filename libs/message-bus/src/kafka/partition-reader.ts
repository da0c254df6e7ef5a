import { randomUUID } from 'node:crypto';
import { offsetsMissing } from '../errors.js';
import type { FetchedMessages, FetchLimits, PartitionName } from '../consumer/message-store.js';
import type { IncomingMessage } from '../message-bus.js';
import type { Cluster } from './cluster.js';
import { failedBecause } from './kafka-failure.js';
import { messagesFrom } from './record-batches.js';
import { fetchMessages } from './requests.js';

/**
 * Maximum bytes of an answer while the messages' size is unknown. A broker returns one record batch whatever the limit.
 */
const FIRST_BYTES = 1024 * 1024;
const LEAST_BYTES = 64 * 1024;

/**
 * Reads one partition for one member, on a connection of its own, so that it can wait at the broker for the next
 * message without delaying others. Brokers return whole record batches: the messages beyond the limits are kept for the
 * next call, and nothing is requested while some are kept.
 */
export class PartitionReader {
  readonly #cluster: Cluster;
  readonly #from: PartitionName;
  readonly #line: string;
  readonly #waitMs: number;
  readonly #aborted: Promise<void>;
  #kept: IncomingMessage[] = [];
  #end = 0;
  #averageWireBytes = 0;
  #averageBytes = 0;

  /** @param waitMs how long the broker waits for a message before it answers that there is none. */
  constructor(cluster: Cluster, from: PartitionName, waitMs: number, signal: AbortSignal) {
    this.#waitMs = waitMs;
    this.#cluster = cluster;
    this.#from = from;
    this.#line = `reader-${randomUUID()}`;
    this.#aborted = new Promise((resolve) => {
      const abort = () => {
        cluster.hangUp(this.#line);
        resolve();
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Waits until there is a message at the offset. @throws OffsetsMissing if there will never be one. */
  async read(offset: number, limits: FetchLimits): Promise<FetchedMessages> {
    const { signal } = limits;
    try {
      if (this.#kept[0]?.offset !== offset) this.#kept = [];
      while (this.#kept.length === 0) {
        if (signal.aborted) return { messages: [], end: undefined };
        const fetched = this.#fetch(offset, limits);
        // A request that was about to be sent at the abort is not awaited, and must not leave a connection open.
        fetched.finally(() => signal.aborted && this.#cluster.hangUp(this.#line)).catch(() => undefined);
        await Promise.race([fetched, this.#aborted]);
        limits.heard();
      }
      return { messages: this.#take(limits), end: this.#end };
    } catch (error) {
      if (signal.aborted) return { messages: [], end: undefined };
      throw error;
    }
  }

  async #fetch(offset: number, limits: FetchLimits): Promise<void> {
    const { topic, partition } = this.#from;
    const { id } = await this.#cluster.topic(topic);
    const bytes = this.#wanted(limits);
    const place = {
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: bytes,
    };
    const { responses } = await this.#cluster
      .askLeader(
        this.#from,
        this.#line,
        fetchMessages,
        this.#waitMs,
        1,
        bytes,
        0,
        0,
        -1,
        [{ topicId: id, partitions: [place] }],
        [],
        '',
      )
      .catch((error: unknown) => {
        throw failedBecause(error, 'OFFSET_OUT_OF_RANGE') ? offsetsMissing(topic, partition, offset) : error;
      });
    const fetched = responses[0]?.partitions[0];
    const batches = fetched?.records ?? [];
    this.#kept = [...messagesFrom(this.#from, offset, batches)];
    this.#end = Number(fetched?.highWatermark ?? 0);
    this.#learn(batches);
  }

  #take({ maxMessages, maxBytes }: FetchLimits): IncomingMessage[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(maxMessages, this.#kept.length); count += 1) {
      bytes += this.#kept[count]?.value.byteLength ?? 0;
      if (count > 0 && bytes > maxBytes) break;
    }
    return this.#kept.splice(0, count);
  }

  /** Bytes to request: those that the requested batch will have, by the average of the last messages in transit. */
  #wanted({ maxMessages, maxBytes }: FetchLimits): number {
    if (this.#averageWireBytes === 0) return Math.min(FIRST_BYTES, maxBytes);
    const messages = Math.min(maxMessages, maxBytes / Math.max(1, this.#averageBytes));
    return Math.round(Math.max(LEAST_BYTES, Math.min(maxBytes, messages * this.#averageWireBytes)));
  }

  #learn(
    batches: readonly { readonly length: number; readonly records: readonly { readonly length: number }[] }[],
  ): void {
    const records = batches.flatMap((batch) => batch.records);
    if (records.length === 0) return;
    const sum = (lengths: readonly { readonly length: number }[]) =>
      lengths.reduce((total, { length }) => total + length, 0);
    this.#averageWireBytes = sum(batches) / records.length;
    this.#averageBytes = sum(records) / records.length;
  }
}
