import {
  Server,
  type BaseRpcContext,
  type CustomTransportStrategy,
  type ReadPacket,
} from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { decodeCloudEvent, type CloudEvent } from '@kinledger/contracts';
import {
  topicSettings,
  type Batch,
  type IncomingMessage,
  type MessageBus,
  type Subscription,
} from '@kinledger/message-bus';
import { withMessageSpan } from '../telemetry/message-spans.js';
import { BatchContext } from './batch-context.js';
import { asDeadLetter, deadLetterTopic, reasonOf, type DeadLetter } from './dead-letter.js';
import { BATCH_TRANSPORT, type BatchSubscription } from './on-messages.js';

export interface BatchTransportOptions {
  /** Owned by the caller: it is not closed with the transport. */
  readonly bus: MessageBus;
  /** Consumer group of every handler that names none: the service's name. */
  readonly group: string;
  /** What the bus is, for spans. Default `postgresql`. */
  readonly system?: 'postgresql' | 'kafka';
  /** Called at every failure of a handler or of the bus; delivery is retried automatically. */
  readonly onError?: (
    error: unknown,
    where: { readonly topic?: string; readonly partition?: number },
  ) => void;
  /** Called for every dead-lettered message: count it, and alert. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
  /** Called for every batch that its handler has finished. */
  readonly onHandled?: (handled: HandledBatch) => void;
  /** How often the bus is told to delete what retention allows. Default ten minutes. */
  readonly retentionEveryMs?: number;
}

export interface HandledBatch {
  readonly topic: string;
  readonly group: string;
  readonly messages: number;
  readonly seconds: number;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

/**
 * Passes whole batches from the message bus to `@OnMessages` handlers:
 *
 * ```ts
 * app.connectMicroservice<MicroserviceOptions>({ strategy: new BatchTransport({ bus, group: 'linker' }) });
 * await app.startAllMicroservices();
 * ```
 *
 * It creates the topics of its handlers, with their dead-letter topics. A message that cannot be decoded is published
 * to `<topic>.dead-letter`, and the rest of its batch is handled in order: it neither blocks its partition nor is lost.
 * A handler's error reaches the bus, which delivers the batch again. `close` finishes the batches in progress.
 *
 * While it listens it also has the bus delete old messages: consumers are responsible for deleting what they consumed.
 */
export class BatchTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = BATCH_TRANSPORT;
  /** The bus receives failures and pauses; Nest need not log them too. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: BatchTransportOptions;
  readonly #deadLettered = new Map<string, number>();
  #subscriptions: readonly Subscription[] = [];
  #retentionTimer: NodeJS.Timeout | undefined;
  #retention: Promise<void> = Promise.resolve();

  constructor(options: BatchTransportOptions) {
    super();
    this.#options = options;
  }

  /** Resolves when every handler's subscription first owns its share of the partitions. */
  get ready(): Promise<void> {
    return Promise.all(this.#subscriptions.map((subscription) => subscription.ready)).then(() => undefined);
  }

  override listen(callback: (error?: unknown) => void): void {
    this.#open().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  override async close(): Promise<void> {
    clearInterval(this.#retentionTimer);
    await Promise.all([this.#retention, ...this.#subscriptions.map((subscription) => subscription.stop())]);
    this._status$.next('stopped');
  }

  override on(): never {
    throw new Error('the batch transport has no client events: pass onError, onHandled or onDeadLetter');
  }

  // The caller chooses the type, as with every transport of Nest.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Nest's own signature
  override unwrap<T>(): T {
    return this.#options.bus as T;
  }

  /** Runs the handler of a topic to its end, whatever it returns. @throws the handler's error, unchanged. */
  override async handleEvent(pattern: string, packet: ReadPacket, context: BaseRpcContext): Promise<void> {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) throw new Error(`no handler for ${pattern}`);
    await new Promise<void>((resolve, reject) => {
      this.runWithProcessingHooks(context, async (runEndHook) => {
        try {
          const result: unknown = await handler(packet.data, context);
          if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
          resolve();
        } catch (error) {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- rejected as it came
          reject(error);
        } finally {
          runEndHook();
        }
      });
    });
  }

  async #open(): Promise<void> {
    const wanted = [...this.messageHandlers].map(([pattern, handler]) => {
      const subscription = handler.extras?.['subscription'] as BatchSubscription | undefined;
      if (subscription === undefined) throw new Error(`the handler of ${pattern} must use @OnMessages`);
      if (handler.next !== undefined) throw new Error(`${pattern} has two handlers: a batch has one`);
      return subscription;
    });
    const topics = wanted.map(({ topic }) => topicSettings(topic));
    await this.#options.bus.ensureTopics([...topics, ...topics.map(({ name }) => deadLetterTopic(name))]);
    this.#subscriptions = wanted.map((subscription) => this.#subscribe(subscription));
    this.#retentionTimer = setInterval(() => {
      this.#retention = this.#retention.then(() => this.#applyRetention());
    }, this.#options.retentionEveryMs ?? TEN_MINUTES_MS);
    this._status$.next('listening');
  }

  async #applyRetention(): Promise<void> {
    try {
      await this.#options.bus.applyRetention(new Date());
    } catch (error) {
      this.#options.onError?.(error, {});
    }
  }

  #subscribe({ topic, options }: BatchSubscription): Subscription {
    const { group = this.#options.group, ...batches } = options;
    const { onError, system = 'postgresql' } = this.#options;
    return this.#options.bus.subscribe(
      { ...batches, group, topics: [topic.name], ...(onError === undefined ? {} : { onError }) },
      async (batch) => {
        const started = performance.now();
        const { events, received } = await this.#decode({ topic, options }, group, batch);
        if (events.length > 0) {
          const context = new BatchContext({ ...batch, messages: received });
          const headers = received.map((message) => message.headers['traceparent']);
          await withMessageSpan({ system, topic: topic.name, group, headers }, () =>
            this.handleEvent(topic.name, { pattern: topic.name, data: events }, context),
          );
        }
        this.#options.onHandled?.({
          topic: topic.name,
          group,
          messages: batch.messages.length,
          seconds: (performance.now() - started) / 1000,
        });
      },
    );
  }

  /** Decodes what it can, in order; the other messages are durable in the dead-letter topic when this resolves. */
  async #decode(
    { topic }: BatchSubscription,
    group: string,
    batch: Batch,
  ): Promise<{ events: CloudEvent[]; received: IncomingMessage[] }> {
    const events: CloudEvent[] = [];
    const received: IncomingMessage[] = [];
    const letters: DeadLetter[] = [];
    for (const message of batch.messages) {
      try {
        events.push(decodeCloudEvent(topic.contract, message));
        received.push(message);
      } catch (error) {
        letters.push({ message, group, reason: reasonOf(error) });
      }
    }
    await this.#setAside(batch, letters);
    return { events, received };
  }

  /** If a batch is delivered again because its handler failed, its dead letters are not written twice. */
  async #setAside(batch: Batch, letters: readonly DeadLetter[]): Promise<void> {
    const place = `${batch.topic}/${batch.partition}`;
    const last = this.#deadLettered.get(place) ?? -1;
    const fresh = letters.filter(({ message }) => message.offset > last);
    const newest = fresh.at(-1);
    if (newest === undefined) return;
    await this.#options.bus.publish(deadLetterTopic(batch.topic).name, fresh.map(asDeadLetter));
    this.#deadLettered.set(place, newest.message.offset);
    for (const letter of fresh) this.#options.onDeadLetter?.(letter);
  }
}
