import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { CloudEvent, Topic } from '@kinledger/contracts';
import type { SubscribeOptions } from '@kinledger/message-bus';
import type { BatchContext } from './batch-context.js';

/** A message of a topic, decoded and validated, in its newest shape. */
export type MessageOf<T extends Topic> = CloudEvent<T['contract']>;

/** Options of a handler's batches. */
export interface OnMessagesOptions extends Pick<SubscribeOptions, 'maxMessages' | 'maxBytes' | 'startAt'> {
  /** Consumer group; by default the transport's own. */
  readonly group?: string;
}

/** The metadata that `@OnMessages` adds to a method for the transport. */
export interface BatchSubscription {
  readonly topic: Topic;
  readonly options: OnMessagesOptions;
}

/** Marks handlers of this transport, so that other transports of the same application ignore them. */
export const BATCH_TRANSPORT = Symbol.for('kinledger.batch-transport');

type MessagesHandler<T extends Topic> = (
  messages: readonly MessageOf<T>[],
  context: BatchContext,
) => Promise<void>;

/**
 * Subscribes a controller's method to a topic, batch by batch:
 *
 * ```ts
 * @OnMessages(topics.fileAccepted)
 * async accepted(
 *   @Payload() messages: readonly MessageOf<typeof topics.fileAccepted>[],
 *   @Ctx() context: BatchContext,
 * ): Promise<void> { … }
 * ```
 *
 * The messages are those of one partition, in order, each decoded and validated by its contract. The batch is committed
 * when the method resolves; if it throws, the whole batch is delivered again. So the method must be idempotent, keyed
 * by the message's `id`.
 *
 * Decoding and error handling do not depend on global pipes or filters, which Nest silently ignores if they are set
 * after `connectMicroservice`.
 */
export const OnMessages =
  <T extends Topic>(topic: T, options: OnMessagesOptions = {}) =>
  // A handler that needs no context omits the second parameter.
  <Handler extends MessagesHandler<T>>(
    target: object,
    method: string | symbol,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const subscription: BatchSubscription = { topic, options };
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- picks the overload for any method
    EventPattern<string>(topic.name, BATCH_TRANSPORT, { subscription })(target, method, descriptor);
    UseFilters(RethrowToBus)(target, method, descriptor);
  };

/** Without it Nest replaces every error by "Internal server error", and the bus does not learn the cause. */
@Catch()
class RethrowToBus implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
