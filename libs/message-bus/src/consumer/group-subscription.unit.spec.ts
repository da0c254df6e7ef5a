import { expect, it } from 'vitest';
import type { IncomingMessage } from '../message-bus.js';
import { GroupSubscription } from './group-subscription.js';
import type { MessageStore } from './message-store.js';
import { defaultSession } from './session-settings.js';

const HOUR_MS = 3_600_000;

const message: IncomingMessage = {
  topic: 'topic',
  partition: 0,
  offset: 0,
  key: 'key',
  headers: {},
  value: new Uint8Array(),
};

/** A store that is unavailable from its first fetch until it is told to come back. */
class StoreThatGoesAway implements MessageStore {
  #away = false;
  #lookedFor: () => void = () => undefined;
  /** Resolves when a fetch and then a heartbeat have failed. */
  readonly missed = new Promise<void>((resolve) => (this.#lookedFor = resolve));

  comeBack(): void {
    this.#away = false;
  }

  async attend() {
    if (this.#away) {
      this.#lookedFor();
      throw new Error('the store is away');
    }
    const lease = { topic: 'topic', partition: 0, epoch: 1, committed: 0, end: 0 };
    return { held: [lease], share: { claim: [], giveUp: [], awaited: 0 } };
  }

  #fetches = 0;

  async fetch() {
    this.#fetches += 1;
    if (this.#fetches > 1) return { messages: this.#fetches === 2 ? [message] : [], end: undefined };
    this.#away = true;
    throw new Error('the store is away');
  }

  claim = () => Promise.resolve([]);
  commit = () => Promise.resolve(true);
  release = () => Promise.resolve();
  leave = () => Promise.resolve();
  publish = () => Promise.resolve();
  ensureTopics = () => Promise.resolve();
  ends = () => Promise.resolve([]);
  lag = () => Promise.resolve([]);
  topicId = () => Promise.resolve('');
  deleteSome = () => Promise.resolve(0);
  trim = () => Promise.resolve([]);
  onHint = () => () => undefined;
  close = () => Promise.resolve();
}

it('resumes as soon as an unavailable store answers, however long its pauses have grown', async () => {
  const store = new StoreThatGoesAway();
  const session = { ...defaultSession, heartbeatMs: 1, firstPauseMs: HOUR_MS, longestPauseMs: HOUR_MS };
  const { promise: handled, resolve } = Promise.withResolvers<readonly IncomingMessage[]>();
  const subscription = new GroupSubscription(
    store,
    session,
    { group: 'group', topics: ['topic'] },
    async ({ messages }) => resolve(messages),
  );
  await store.missed;
  store.comeBack();
  expect(await handled).toEqual([message]);
  await subscription.stop();
});
