import {
  encodedCloudEvent,
  MAX_ROWS_PER_CHUNK,
  rowChunkOf,
  RowPseudonymised,
  topics,
  type CloudEvent,
  type FileAccepted,
  type PackedRows,
  type RowKey,
} from '@kinledger/contracts';
import { lengthPrefixed, sha256Hex } from '@kinledger/domain';
import type { MessageBus, OutgoingMessage } from '@kinledger/message-bus';

/** The data of a file in the messages of its rows. */
type PublishedFile = Pick<CloudEvent<typeof FileAccepted>, 'time' | 'traceparent' | 'data'>;

/** Name of this service in its messages. */
export const SOURCE = 'urn:kinledger:pseudonymiser';

/** Several chunks are published at once, because each call costs a transaction. */
const PUBLISH_BYTES = 512 * 1024;

/** The content of one message: rows, or keys of rows that refuse consent. */
interface Chunk {
  readonly rows?: PackedRows;
  readonly refused: readonly RowKey[];
}

/**
 * Publishes a submission's rows as numbered chunks, the last one marked. The messages follow from the file alone: ids,
 * order and bytes are the same each time.
 */
export class ChunkPublisher {
  readonly #bus: MessageBus;
  readonly #ready: () => Promise<void>;
  readonly #file: PublishedFile;
  #unpublished: OutgoingMessage[] = [];
  #unpublishedBytes = 0;
  /** The next chunk, held back until it is known whether more follow. */
  #held: Chunk | undefined;
  #chunks = 0;

  /** @param ready resolves when more may be published; rejects if the file must be left for later. */
  constructor(bus: MessageBus, file: PublishedFile, ready: () => Promise<void>) {
    this.#bus = bus;
    this.#ready = ready;
    this.#file = file;
  }

  /** Adds rows in file order; waits while much is unpublished. */
  async add(packed: readonly PackedRows[]): Promise<void> {
    for (const rows of packed) await this.#hold({ rows, refused: [] });
  }

  /** Adds keys of rows that refuse consent, in chunks without rows. */
  async addRefused(rowKeys: readonly RowKey[]): Promise<void> {
    for (let from = 0; from < rowKeys.length; from += MAX_ROWS_PER_CHUNK)
      await this.#hold({ refused: rowKeys.slice(from, from + MAX_ROWS_PER_CHUNK) });
  }

  /** Resolves with the number of chunks when all are durable. A file without rows has one empty chunk. */
  async finish(): Promise<number> {
    this.#enqueue(this.#held ?? { refused: [] }, true);
    this.#held = undefined;
    await this.#publish();
    return this.#chunks;
  }

  async #hold(chunk: Chunk): Promise<void> {
    if (this.#held !== undefined) this.#enqueue(this.#held, false);
    this.#held = chunk;
    if (this.#unpublishedBytes >= PUBLISH_BYTES) await this.#publish();
  }

  #enqueue(told: Chunk, last: boolean): void {
    const message = chunkMessage(this.#file, this.#chunks, last, told);
    this.#unpublished.push(message);
    this.#unpublishedBytes += message.value.byteLength;
    this.#chunks += 1;
  }

  async #publish(): Promise<void> {
    await this.#ready();
    const messages = this.#unpublished;
    this.#unpublished = [];
    this.#unpublishedBytes = 0;
    await this.#bus.publish(topics.rowPseudonymised.name, messages);
  }
}

function chunkMessage(
  file: PublishedFile,
  chunk: number,
  last: boolean,
  { rows, refused }: Chunk,
): OutgoingMessage {
  const { programme, submission, dataset, period } = file.data;
  const event = {
    id: chunkId(submission, chunk),
    source: SOURCE,
    time: file.time,
    ...(file.traceparent === undefined ? {} : { traceparent: file.traceparent }),
  };
  const bytes = rowChunkOf({ programme, submission, dataset, period, chunk, last, refused }, rows);
  return { key: submission, ...encodedCloudEvent(RowPseudonymised, event, bytes) };
}

/** The first 128 bits of SHA-256 over the length-prefixed "RowPseudonymised", submission and chunk number. */
export const chunkId = (submission: string, chunk: number): string =>
  sha256Hex(lengthPrefixed(['RowPseudonymised', submission, String(chunk)])).slice(0, 32);
