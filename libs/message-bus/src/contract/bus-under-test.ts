import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Batch,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
  SubscribeOptions,
  Subscription,
} from '../message-bus.js';

/** One process's connection to the shared messages. */
export interface BusConnection {
  readonly bus: MessageBus;
  /** Cuts the connection silently: nothing arrives on either side any more. */
  loseConnection(): void;
  /** What was sent meanwhile arrives late, as from a process that was paused. */
  regainConnection(): void;
  /** Closes all its connections at once, as a restarting server does; new ones are possible. */
  severConnections(): void;
  /** Number of bytes received from the bus. */
  receivedBytes(): number;
}

/** An adapter as the suite uses it. Its subscriptions first retry after 20 ms, and expire within seconds. */
export interface BusUnderTest {
  connect(): Promise<BusConnection>;
  /** Begins a publish, ahead of those that begin after this resolves, and commits it at `finish`. */
  publishSlowly(topic: string, messages: readonly OutgoingMessage[]): Promise<{ finish(): Promise<void> }>;
  dispose(): Promise<void>;
}

export type OpenBus = () => Promise<BusUnderTest>;

/** The first pause after a failure, with which adapters are opened. */
export const FIRST_PAUSE_MS = 20;

/** Resolves when the condition holds; fails after 30 seconds with `what` in the message. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(5);
  }
}

export const message = (
  key: string,
  text: string,
  headers: Record<string, string> = {},
): OutgoingMessage => ({
  key,
  headers,
  value: new TextEncoder().encode(text),
});

/** `count` messages of one key, numbered from `first`. */
export const numbered = (key: string, count: number, first = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => message(key, `${key}:${first + index}`));

export const textOf = (received: IncomingMessage): string => new TextDecoder().decode(received.value);

/** Finds a key for each partition of a topic by trying keys. */
export function keysOfPartitions(partitions: number, partitionOf: (key: string) => number): string[] {
  const keys: string[] = [];
  for (let number = 0; keys.filter(Boolean).length < partitions; number += 1) {
    keys[partitionOf(`key-${number}`)] ??= `key-${number}`;
  }
  return keys;
}

/** A promise that the test resolves. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}

/** A subscription that records what it receives. */
export class Inbox {
  readonly batches: Batch[] = [];
  readonly errors: unknown[] = [];
  /** What the handler does with a batch before it counts as handled. */
  during: (batch: Batch) => Promise<void> = () => Promise.resolve();
  readonly handled: IncomingMessage[] = [];
  readonly subscription: Subscription;

  constructor(bus: MessageBus, options: SubscribeOptions) {
    this.subscription = bus.subscribe(
      { ...options, onError: (error) => this.errors.push(error) },
      async (batch) => {
        this.batches.push(batch);
        await this.during(batch);
        this.handled.push(...batch.messages);
      },
    );
  }

  get messages(): IncomingMessage[] {
    return this.batches.flatMap((batch) => batch.messages);
  }

  get texts(): string[] {
    return this.handled.map(textOf);
  }

  get partitions(): Set<number> {
    return new Set(this.batches.map((batch) => batch.partition));
  }

  async receives(count: number): Promise<void> {
    await until(`${count} messages are handled`, () => this.handled.length >= count);
  }
}

/** A name that no other case uses, because all cases share one bus. */
export const unique = (what: string): string => `test.${what}.${randomUUID()}`;

export const DAY_MS = 24 * 3600 * 1000;

/** Creates a topic for one case. */
export async function newTopic(bus: MessageBus, partitions = 1, retentionMs = DAY_MS): Promise<string> {
  const name = unique('topic');
  await bus.ensureTopics([{ name, partitions, retentionMs }]);
  return name;
}

/** Number of messages that a group has not committed, over all partitions; infinite while the group is unknown. */
export async function totalLag(bus: MessageBus, group: string): Promise<number> {
  const lags = await bus.lag(group);
  return lags.length === 0 ? Number.POSITIVE_INFINITY : lags.reduce((sum, { lag }) => sum + lag, 0);
}
