import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absentBroker, startKafkaBroker } from '@kinledger/kafka-broker';
import type {} from '@kinledger/message-bus/testing';
import type { TestProject } from 'vitest/node';

/** Long enough for a busy machine, short enough for tests that wait for it. */
export const TEST_SESSION_MS = 3000;

/** Broker settings of tests: sessions end within seconds, and the first member of a group does not wait for others. */
export const testSettings: Readonly<Record<string, string>> = {
  'group.consumer.min.session.timeout.ms': '1000',
  'group.consumer.session.timeout.ms': String(TEST_SESSION_MS),
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '300',
  // For members of the classic protocol.
  'group.min.session.timeout.ms': '1000',
  'group.initial.rebalance.delay.ms': '0',
};

/**
 * Starts one Kafka broker for all integration tests: from its jars if Java is installed, else in a container if Docker
 * is; otherwise provides the reason, which skipped tests show.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const absent = await absentBroker();
  if (absent === undefined) {
    const directory = mkdtempSync(join(tmpdir(), 'kinledger-kafka-'));
    const broker = await startKafkaBroker({ directory, settings: testSettings });
    project.provide('kafka', { bootstrap: broker.bootstrap, sessionMs: TEST_SESSION_MS });
    return () => broker.destroy();
  }
  // Imported only when needed, because it takes a second.
  const { startKafkaContainer } = await import('./kafka-container.ts');
  const container = await startKafkaContainer(testSettings);
  if (typeof container === 'string') {
    project.provide('kafka', { absent: `${absent}; ${container}` });
    return () => Promise.resolve();
  }
  project.provide('kafka', { bootstrap: container.bootstrap, sessionMs: TEST_SESSION_MS });
  return () => container.stop();
}
