import type { KafkaForTests } from '@kinledger/message-bus/testing';
import { describe, expect, it } from 'vitest';
import { chunks } from '../support/chunks.ts';
import { openBus, type Client } from './clients.ts';

/** Publishes and consumes chunks, and prints what came of it; asserts only that all of them came. */
export function throughputFeatures(client: Client, kafka: KafkaForTests): void {
  describe.skipIf(kafka.absent !== undefined)(`kafka throughput contract: ${client}`, () => {
    it('carries 600 chunks of 100 to 250 KiB', { timeout: 180_000 }, async () => {
      const settings = kafka.absent === undefined ? kafka : { bootstrap: '', sessionMs: 0 };
      const bus = openBus(client, settings);
      const topic = `throughput.${client.replaceAll(/[^a-z]/g, '')}.${Date.now()}`;
      await bus.ensureTopics([{ name: topic, partitions: 4, retentionMs: 1000 }]);
      const messages = chunks(600);
      const bytes = messages.reduce((sum, { value }) => sum + value.byteLength, 0);
      const began = performance.now();
      for (let at = 0; at < messages.length; at += 20) await bus.publish(topic, messages.slice(at, at + 20));
      const published = performance.now();
      let received = 0;
      const all = new Promise<void>((resolve) => {
        bus.subscribe({ group: topic, topics: [topic] }, async (batch) => {
          received += batch.messages.length;
          if (received >= messages.length) resolve();
        });
      });
      await all;
      const ended = performance.now();
      const rate = (ms: number) => `${(bytes / 1e6 / (ms / 1000)).toFixed(0)} MB/s`;
      console.log(`${client}: published ${rate(published - began)}, consumed ${rate(ended - published)}`);
      expect(received).toBe(messages.length);
      await bus.close();
    });
  });
}
