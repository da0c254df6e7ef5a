import { setTimeout as pause } from 'node:timers/promises';
import type { NumericMap } from '@platformatic/kafka';
import { BackOff } from '@kinledger/waiting';
import { busClosed } from '../errors.js';
import type { OutgoingMessage } from '../message-bus.js';
import type { Cluster } from './cluster.js';
import { failedBecause, isTransient, PASSWORD_REFUSED } from './kafka-failure.js';
import { asRecord, recordBatches } from './record-batches.js';
import { initProducerId, produce } from './requests.js';

interface Waiting {
  readonly batches: (readonly OutgoingMessage[])[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface PartitionWriterOptions {
  /** After this time a write that could not be stored fails. */
  readonly deliveryTimeoutMs: number;
  /** Called when a write is about to be tried again, with the reason. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
}

const ALL_REPLICAS = -1;
const PAUSES = { firstMs: 50, longestMs: 1_000 };

/**
 * Writes one partition, one record batch after the other, with an idempotent producer of its own: batches carry a
 * sequence number, so that one that is sent again after an unknown outcome is stored once and in its place.
 */
export class PartitionWriter {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #partition: number;
  readonly #options: PartitionWriterOptions;
  readonly #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #identity: ProducerIdentity | undefined;
  #sequence = 0;

  constructor(cluster: Cluster, topic: string, partition: number, options: PartitionWriterOptions) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#partition = partition;
    this.#options = options;
  }

  /** Resolves when all in-sync replicas have the messages; rejects at the first batch that was not stored in time. */
  write(messages: readonly OutgoingMessage[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ batches: [...recordBatches(messages)], done, failed });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when no write is in progress. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        for (const batch of next.batches) await this.#send(batch);
        next.done();
      } catch (error) {
        // Whether the batch was stored is unknown, so the sequence cannot continue.
        this.#identity = undefined;
        next.failed(error);
      }
    }
    this.#running = undefined;
  }

  async #send(batch: readonly OutgoingMessage[]): Promise<void> {
    const deadline = performance.now() + this.#options.deliveryTimeoutMs;
    const backOff = new BackOff(PAUSES);
    for (;;) {
      try {
        await this.#attempt(batch);
        this.#sequence += batch.length;
        return;
      } catch (error) {
        // An earlier attempt, whose answer was lost, stored it.
        if (failedBecause(error, 'DUPLICATE_SEQUENCE_NUMBER')) {
          this.#sequence += batch.length;
          return;
        }
        if (this.#cluster.isClosed) throw busClosed();
        const forgotten = failedBecause(error, ...FORGOTTEN);
        if (forgotten) this.#identity = undefined;
        const mayPass = forgotten || isTransient(error) || failedBecause(error, PASSWORD_REFUSED);
        if (!mayPass || performance.now() > deadline) throw error;
        this.#options.onRetry?.(error);
      }
      await pause(backOff.failed());
    }
  }

  async #attempt(batch: readonly OutgoingMessage[]): Promise<void> {
    this.#identity ??= await this.#newIdentity();
    const topic = this.#topic;
    const partition = this.#partition;
    const sequence = this.#sequence;
    await this.#cluster.askLeader(
      { topic, partition },
      'produce',
      produce,
      ALL_REPLICAS,
      PRODUCE_TIMEOUT_MS,
      batch.map((message) => asRecord(topic, partition, message)),
      {
        ...this.#identity,
        compression: 'zstd',
        // The client uses only the sequence of this one partition.
        sequences: { getWithDefault: () => sequence } as unknown as NumericMap,
      },
    );
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const { producerId, producerEpoch } = await this.#cluster.askAny(initProducerId, null, 0, -1n, -1);
    this.#sequence = 0;
    return { producerId, producerEpoch };
  }
}

/** The broker no longer knows our earlier batches. It has not stored what it refuses with these. */
const FORGOTTEN = ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'] as const;

/** How long the leader waits for its replicas. */
const PRODUCE_TIMEOUT_MS = 20_000;
