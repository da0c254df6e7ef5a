export interface MessageTooLarge extends Error {
  readonly code: 'message-too-large';
  readonly bytes: number;
}

export interface PublishTooLarge extends Error {
  readonly code: 'publish-too-large';
  readonly bytes: number;
}

export interface MessageMalformed extends Error {
  readonly code: 'message-malformed';
}

export interface TopicUnknown extends Error {
  readonly code: 'topic-unknown';
  readonly topic: string;
}

export interface PartitionsDiffer extends Error {
  readonly code: 'partitions-differ';
  readonly topic: string;
  readonly expected: number;
  readonly actual: number;
}

export interface TopicPolicyDiffers extends Error {
  readonly code: 'topic-policy-differs';
  readonly topic: string;
  readonly setting: string;
}

export interface OffsetsMissing extends Error {
  readonly code: 'offsets-missing';
  readonly topic: string;
  readonly partition: number;
  /** The offset that was expected next. */
  readonly offset: number;
}

export interface BusClosed extends Error {
  readonly code: 'bus-closed';
}

export interface SubscriptionStopped extends Error {
  readonly code: 'subscription-stopped';
}

const guard =
  <E extends Error & { readonly code: string }>(code: E['code']) =>
  (error: unknown): error is E =>
    error instanceof Error && 'code' in error && error.code === code;

export const isMessageTooLarge = guard<MessageTooLarge>('message-too-large');
export const isPublishTooLarge = guard<PublishTooLarge>('publish-too-large');
export const isMessageMalformed = guard<MessageMalformed>('message-malformed');
export const isTopicUnknown = guard<TopicUnknown>('topic-unknown');
export const isPartitionsDiffer = guard<PartitionsDiffer>('partitions-differ');
export const isTopicPolicyDiffers = guard<TopicPolicyDiffers>('topic-policy-differs');
export const isOffsetsMissing = guard<OffsetsMissing>('offsets-missing');
export const isBusClosed = guard<BusClosed>('bus-closed');
export const isSubscriptionStopped = guard<SubscriptionStopped>('subscription-stopped');

export const messageTooLarge = (bytes: number, limit: number): MessageTooLarge =>
  Object.assign(new Error(`a message has ${bytes} bytes; at most ${limit} are accepted, headers included`), {
    code: 'message-too-large' as const,
    bytes,
  });

export const publishTooLarge = (bytes: number, limit: number): PublishTooLarge =>
  Object.assign(
    new Error(`one publish has ${bytes} bytes; at most ${limit} are accepted: send fewer at once`),
    {
      code: 'publish-too-large' as const,
      bytes,
    },
  );

export const messageMalformed = (why: string): MessageMalformed =>
  Object.assign(new Error(`a message cannot be published: ${why}`), { code: 'message-malformed' as const });

export const topicUnknown = (topic: string): TopicUnknown =>
  Object.assign(new Error(`topic ${topic} does not exist`), { code: 'topic-unknown' as const, topic });

export const partitionsDiffer = (topic: string, expected: number, actual: number): PartitionsDiffer =>
  Object.assign(new Error(`topic ${topic} has ${actual} partitions, not ${expected}`), {
    code: 'partitions-differ' as const,
    topic,
    expected,
    actual,
  });

export const topicPolicyDiffers = (
  topic: string,
  setting: string,
  expected: string,
  actual: string,
): TopicPolicyDiffers =>
  Object.assign(new Error(`topic ${topic} has ${setting} ${actual}, not ${expected}`), {
    code: 'topic-policy-differs' as const,
    topic,
    setting,
  });

export const offsetsMissing = (topic: string, partition: number, offset: number): OffsetsMissing =>
  Object.assign(new Error(`partition ${partition} of ${topic} lacks offset ${offset}`), {
    code: 'offsets-missing' as const,
    topic,
    partition,
    offset,
  });

export const busClosed = (): BusClosed =>
  Object.assign(new Error('the message bus is closed'), { code: 'bus-closed' as const });

export const subscriptionStopped = (): SubscriptionStopped =>
  Object.assign(new Error('the subscription was stopped'), { code: 'subscription-stopped' as const });
