import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { CloudEvent, Topic } from '@kinledger/contracts';
import type { SubscribeOptions } from '@kinledger/message-bus';
import type { BatchContext } from './batch-context.js';

/** A message of a topic, decoded and checked, in its newest shape. */
export type MessageOf<T extends Topic> = CloudEvent<T['contract']>;

/** How a handler wants its batches. */
export interface OnMessagesOptions extends Pick<SubscribeOptions, 'maxMessages' | 'maxBytes' | 'startAt'> {
  /** Consumer group; the transport's own where absent. */
  readonly group?: string;
}

/** What `@OnMessages` leaves on a method for the transport. */
export interface BatchSubscription {
  readonly topic: Topic;
  readonly options: OnMessagesOptions;
}

/** Marks handlers for this transport alone: another transport of the same application does not see them. */
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
 * The messages are those of one partition, in order, each decoded and checked against its contract. The batch is
 * committed when the method resolves; when it throws, the whole batch comes again. So it must bear repeats: what
 * it does is keyed by the message's `id`.
 *
 * Decoding and the way back for errors do not depend on global pipes or filters, which Nest ignores without a word
 * when they are set after `connectMicroservice`.
 */
export const OnMessages =
  <T extends Topic>(topic: T, options: OnMessagesOptions = {}) =>
  // A handler that needs no context leaves the second parameter out.
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

/** Without it Nest replaces every error by "Internal server error", and the bus learns nothing of the cause. */
@Catch()
class RethrowToBus implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
