import { randomUUID } from 'node:crypto';
import type { IncomingMessage, MessageBus } from '@kinledger/message-bus';

/**
 * Publishes the first messages of a topic again, under the same ids, like a sender that never learnt whether they had
 * arrived. The topic must hold at least that many.
 */
export async function publishAgain(bus: MessageBus, topic: string, messages: number): Promise<void> {
  const found: IncomingMessage[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<undefined>();
  // A separate group, so that no other group's offset changes.
  const group = `chaos-${randomUUID()}`;
  const subscription = bus.subscribe({ group, topics: [topic], maxMessages: messages }, async (batch) => {
    found.push(...batch.messages);
    if (found.length >= messages) resolve(undefined);
  });
  await enough;
  await subscription.stop();
  await bus.publish(topic, found.slice(0, messages));
}
