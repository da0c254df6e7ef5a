import { randomUUID } from 'node:crypto';
import type { IncomingMessage, MessageBus } from '@kinledger/message-bus';

/**
 * Publishes the first messages of a topic once more, under the same ids: as a sender does that never learnt whether they
 * had arrived, however long ago that was. The topic must have so many.
 */
export async function publishAgain(bus: MessageBus, topic: string, messages: number): Promise<void> {
  const found: IncomingMessage[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<undefined>();
  // A group of its own: nobody's place changes.
  const group = `chaos-${randomUUID()}`;
  const subscription = bus.subscribe({ group, topics: [topic], maxMessages: messages }, async (batch) => {
    found.push(...batch.messages);
    if (found.length >= messages) resolve(undefined);
  });
  await enough;
  await subscription.stop();
  await bus.publish(topic, found.slice(0, messages));
}
