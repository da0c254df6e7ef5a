import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import type { MessageBus } from '@kinledger/message-bus';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testSettings, TEST_SESSION_MS } from '../support/kafka-broker.ts';
import { openBus } from './kafka-bus.ts';
import type { MemberSays } from './member-process.ts';

const entry = fileURLToPath(new URL('./member-process.ts', import.meta.url));

class Member {
  readonly begun: string[] = [];
  readonly ended: string[] = [];
  doubted = false;
  readonly child: ChildProcess;
  readonly ready: Promise<void>;

  constructor(bootstrap: string, topic: string, group: string, holdMs: number) {
    const args = [bootstrap, String(TEST_SESSION_MS), topic, group, String(holdMs)];
    this.child = fork(entry, args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.ready = new Promise((resolve, reject) => {
      this.child.once('exit', (code, signal) =>
        reject(new Error(`a member ended: ${String(signal ?? code)}`)),
      );
      this.child.on('message', (message: MemberSays) => {
        if (message.says === 'ready') resolve();
        if (message.says === 'begins') this.begun.push(...message.texts);
        if (message.says === 'ends') this.ended.push(...message.texts);
        if (message.says === 'is doubted') this.doubted = true;
      });
    });
    this.ready.catch(() => undefined);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGKILL');
    await gone;
  }
}

const texts = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => `m:${String(first + index).padStart(4, '0')}`);

const messagesOf = (lines: readonly string[]) =>
  lines.map((text) => ({ key: 'm', headers: {}, value: new TextEncoder().encode(text) }));

const absent = await absentBroker();

/** Kills and freezes consumer processes and their broker in the middle of work. */
const why = absent === undefined ? '' : ` (absent: ${absent})`;
describe.skipIf(absent !== undefined)(`kafka kills contract: kafka${why}`, { timeout: 120_000 }, () => {
  let broker: KafkaBroker;
  let bus: MessageBus;
  const members: Member[] = [];
  const member = (topic: string, group: string, holdMs: number) => {
    const created = new Member(broker.bootstrap, topic, group, holdMs);
    members.push(created);
    return created;
  };
  const newTopic = async (name: string) => {
    const topic = `kill.${name}.${Date.now()}`;
    await bus.ensureTopics([{ name: topic, partitions: 1, retentionMs: 86_400_000 }]);
    return topic;
  };
  const lag = async (group: string) => {
    const lags = await bus.lag(group);
    return lags.length === 0 ? Infinity : lags.reduce((sum, each) => sum + each.lag, 0);
  };
  /** Retries until the bus acknowledges, as the outbox does. */
  const publishSurely = async (topic: string, lines: readonly string[]) => {
    for (;;) {
      try {
        return await bus.publish(topic, messagesOf(lines));
      } catch {
        // Not known to be there: once more.
      }
    }
  };
  const poll = { timeout: 60_000, interval: 50 };

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kinledger-kafka-kill-'));
    broker = await startKafkaBroker({ directory, settings: testSettings });
    bus = openBus({ bootstrap: broker.bootstrap, sessionMs: TEST_SESSION_MS });
  }, 120_000);
  afterEach(() => Promise.all(members.splice(0).map((each) => each.kill())));
  afterAll(async () => {
    await bus.close();
    await broker.destroy();
  });

  it('redelivers exactly the batch that a killed process was handling to the next process', async () => {
    const topic = await newTopic('member');
    const first = member(topic, 'g', 300);
    await first.ready;
    await bus.publish(topic, messagesOf(texts(20)));
    await expect.poll(() => first.begun.length, poll).toBeGreaterThanOrEqual(10);
    await first.kill();
    const done = [...first.ended];
    const second = member(topic, 'g', 0);
    await expect.poll(() => lag('g'), poll).toBe(0);
    await expect.poll(() => second.ended.at(-1), poll).toBe(texts(20).at(-1));
    // A kill between the end of a batch and its commit redelivers that batch, and no other.
    const begins = texts(20).indexOf(second.ended[0] ?? '');
    expect([done.length, done.length - 5]).toContain(begins);
    expect(second.ended).toEqual(texts(20).slice(begins));
  });

  it('keeps every acknowledged message, in order, when the broker is killed', async () => {
    const topic = await newTopic('broker');
    const consumer = member(topic, 'b', 0);
    await consumer.ready;
    for (let round = 0; round < 6; round += 1) {
      const published = publishSurely(topic, texts(10, round * 10));
      if (round === 2) {
        await broker.kill();
        await broker.restart();
      }
      await published;
    }
    await expect.poll(() => consumer.ended.at(-1), poll).toBe(texts(60).at(-1));
    await expect.poll(() => lag('b'), poll).toBe(0);
    expect([...new Set(consumer.ended)]).toEqual(texts(60));
  });

  it('delivers one message, and a burst, after a broker restart while all clients were idle', async () => {
    const topic = await newTopic('idle');
    const consumer = member(topic, 'i', 0);
    await consumer.ready;
    await publishSurely(topic, texts(1));
    await expect.poll(() => consumer.ended.length, poll).toBe(1);
    await broker.stop();
    await broker.restart();
    await publishSurely(topic, texts(1, 1));
    await expect.poll(() => consumer.ended.includes(texts(2)[1] ?? ''), poll).toBe(true);
    await publishSurely(topic, texts(500, 2));
    await expect.poll(() => new Set(consumer.ended).size, poll).toBe(502);
    expect([...new Set(consumer.ended)]).toEqual(texts(502));
  });

  it('rejects commits of a member that was frozen past its session; its successor continues alone', async () => {
    const topic = await newTopic('zombie');
    const zombie = member(topic, 'z', 500);
    await zombie.ready;
    await bus.publish(topic, messagesOf(texts(5)));
    await expect.poll(() => zombie.begun.length, poll).toBe(5);
    zombie.child.kill('SIGSTOP');
    const heir = member(topic, 'z', 4000);
    await expect.poll(() => heir.begun.length, poll).toBe(5);
    zombie.child.kill('SIGCONT');
    await expect.poll(() => zombie.ended.length, poll).toBe(5);
    // The frozen member's batch is not committed: the successor still handles the same batch.
    if (heir.ended.length === 0) expect(await lag('z')).not.toBe(0);
    await expect.poll(() => lag('z'), poll).toBe(0);
    expect(heir.ended.slice(0, 5)).toEqual(texts(5));
    // Both members work again.
    await publishSurely(topic, texts(5, 5));
    await expect.poll(() => lag('z'), poll).toBe(0);
    expect(new Set([...heir.ended, ...zombie.ended])).toEqual(new Set(texts(10)));
  });
});
