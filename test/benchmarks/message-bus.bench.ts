/**
 * Measures the throughput of the message bus: chunks of 100 to 250 KiB published twenty at a time, then consumed by one
 * member, on PostgreSQL and on Kafka, each with its default, durable settings; with the ratio to a plain write of the
 * same bytes to one file, flushed at the end, in the same run.
 * After `npm run build`: npx node test/benchmarks/message-bus.bench.ts [chunks]
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases } from '@kinledger/database/testing';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { absentBroker, startKafkaBroker } from '@kinledger/kafka-broker';
import { createPostgresMessageBus, type MessageBus, type OutgoingMessage } from '@kinledger/message-bus';
import { createKafkaMessageBus } from '@kinledger/message-bus/kafka';
import { chunks } from '../support/chunks.ts';

const COUNT = Number(process.argv[2] ?? 2000);
const AT_ONCE = 20;
const TOPIC = 'bench.internal.chunks.1';

const folder = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
const messages = chunks(COUNT);
const megabytes = messages.reduce((sum, { value }) => sum + value.byteLength, 0) / 1e6;

async function timed(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await work();
  return megabytes / ((performance.now() - began) / 1000);
}

function writeFile(all: readonly OutgoingMessage[]): void {
  const file = openSync(join(folder, 'plain'), 'w');
  for (const { value } of all) writeSync(file, value);
  fsyncSync(file);
  closeSync(file);
}

async function carry(name: string, bus: MessageBus, plain: number): Promise<void> {
  await bus.ensureTopics([{ name: TOPIC, partitions: 4, retentionMs: 3_600_000 }]);
  const published = await timed(async () => {
    for (let at = 0; at < COUNT; at += AT_ONCE) await bus.publish(TOPIC, messages.slice(at, at + AT_ONCE));
  });
  let received = 0;
  const consumed = await timed(
    () =>
      new Promise<void>((resolve) => {
        bus.subscribe({ group: 'bench', topics: [TOPIC] }, async (batch) => {
          received += batch.messages.length;
          if (received >= COUNT) resolve();
        });
      }),
  );
  await bus.close();
  const rate = (value: number) => `${value.toFixed(0)} MB/s (${(value / plain).toFixed(2)} of a plain write)`;
  console.log(`${name}: published ${rate(published)}, consumed ${rate(consumed)}`);
}

const plain = await timed(() => writeFile(messages));
console.log(`${COUNT} chunks, ${megabytes.toFixed(0)} MB; plain write ${plain.toFixed(0)} MB/s`);

const postgres = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
const databases = await createTestDatabases(postgres.url());
await carry(
  'PostgreSQL',
  createPostgresMessageBus({ url: databases.url('bus', 'linker'), applicationName: 'bench' }),
  plain,
);
await postgres.destroy();

const absent = await absentBroker();
if (absent === undefined) {
  const broker = await startKafkaBroker({ directory: join(folder, 'kafka') });
  await carry('Kafka', createKafkaMessageBus({ brokers: [broker.bootstrap], clientId: 'bench' }), plain);
  await broker.destroy();
} else {
  console.log(`Kafka is absent: ${absent}`);
}
rmSync(folder, { recursive: true, force: true });
