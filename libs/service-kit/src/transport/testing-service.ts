import { FileAccepted, encodeCloudEvent, topics, type DataOf } from '@kinledger/contracts';
import type { OutgoingMessage } from '@kinledger/message-bus';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { BatchContext } from './batch-context.js';
import { OnMessages, type MessageOf } from './on-messages.js';

type Accepted = MessageOf<typeof topics.fileAccepted>;

/** A minimal service that records the messages it receives, for the specs beside it. */
@Controller()
export class IntakeController {
  readonly batches: { readonly messages: readonly Accepted[]; readonly context: BatchContext }[] = [];
  /** What it does before a batch counts as handled. */
  during: (messages: readonly Accepted[]) => Promise<void> = () => Promise.resolve();
  readonly handled: Accepted[] = [];

  @OnMessages(topics.fileAccepted, { maxMessages: 10 })
  async accepted(@Payload() messages: readonly Accepted[], @Ctx() context: BatchContext): Promise<void> {
    this.batches.push({ messages, context });
    await this.during(messages);
    this.handled.push(...messages);
  }
}

export const acceptedData: DataOf<typeof FileAccepted> = FileAccepted.schema.parse(FileAccepted.example);

/** A message of `fileAccepted` with the given ce_id; all with the same key, so that they share a partition. */
export const accepted = (id: string, key = 'submission-1'): OutgoingMessage => ({
  key,
  ...encodeCloudEvent(FileAccepted, {
    id,
    source: '/ingest',
    time: '2023-10-02T09:00:00Z',
    data: acceptedData,
  }),
});

/** The same with a body that no version of the contract describes. */
export const unreadable = (
  id: string,
  value = new TextEncoder().encode('{"programme":7}'),
): OutgoingMessage => ({
  ...accepted(id),
  value,
});
