import type { KafkaRecord, MessageRecord, RecordsBatch } from '@platformatic/kafka';
import type { IncomingMessage, OutgoingMessage } from '../message-bus.js';
import { messageBytes } from '../publishable.js';

/**
 * Maximum bytes of messages in one record batch, before compression; one message always fits. Brokers store and readers
 * fetch whole batches, so this bounds the memory of a reader that requested less.
 */
export const MAX_BATCH_BYTES = 900 * 1024;

/** Divides messages of one partition into record batches, in order. */
export function* recordBatches(messages: readonly OutgoingMessage[]): Generator<readonly OutgoingMessage[]> {
  let batch: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

export const asRecord = (topic: string, partition: number, message: OutgoingMessage): MessageRecord => ({
  topic,
  partition,
  key: Buffer.from(message.key),
  value: Buffer.from(message.value.buffer, message.value.byteOffset, message.value.byteLength),
  headers: new Map(
    Object.entries(message.headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
  ),
});

/** The messages of fetched record batches from an offset on. A batch may begin before it. */
export function* messagesFrom(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  offset: number,
  batches: readonly RecordsBatch[],
): Generator<IncomingMessage> {
  for (const { firstOffset, records, attributes } of batches) {
    // Control records of transactions have offsets but are not messages.
    if ((attributes & CONTROL) !== 0) continue;
    for (const record of records) {
      const at = Number(firstOffset) + record.offsetDelta;
      if (at >= offset) yield { topic, partition, offset: at, ...contentOf(record) };
    }
  }
}

const CONTROL = 0b10_0000;
const NOTHING = Buffer.alloc(0);

const contentOf = ({ key, value, headers }: KafkaRecord): OutgoingMessage => ({
  key: (key ?? NOTHING).toString(),
  headers: Object.fromEntries(
    headers.map(([name, text]) => [(name ?? NOTHING).toString(), (text ?? NOTHING).toString()]),
  ),
  value: value ?? NOTHING,
});
