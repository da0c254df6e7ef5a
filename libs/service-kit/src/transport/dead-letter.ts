import { isUnreadableContract } from '@kinledger/contracts';
import {
  DEAD_LETTER_HEADER,
  type IncomingMessage,
  type OutgoingMessage,
  type TopicSettings,
} from '@kinledger/message-bus';

/** A message that cannot be decoded by any version of its contract. */
export interface DeadLetter {
  readonly message: IncomingMessage;
  readonly group: string;
  /** Paths and rules; never a value of the message. */
  readonly reason: string;
}

/** Long enough for an operator to investigate and resend, short enough for rows that should be deleted. */
const RETENTION_MS = 30 * 24 * 3600 * 1000;

export const deadLetterTopic = (topic: string): TopicSettings => ({
  name: `${topic}.dead-letter`,
  partitions: 1,
  retentionMs: RETENTION_MS,
});

/** Says why a message could not be decoded. Only our own errors are known to contain no value. */
export const reasonOf = (error: unknown): string =>
  isUnreadableContract(error)
    ? error.message.slice(0, 500)
    : `decoding failed: ${error instanceof Error ? error.name : typeof error}`;

/**
 * The message for the dead-letter topic: key, headers and value unchanged, with its origin and the reason in further
 * headers.
 */
export const asDeadLetter = ({ message, group, reason }: DeadLetter): OutgoingMessage => ({
  key: message.key,
  headers: {
    ...message.headers,
    [`${DEAD_LETTER_HEADER}topic`]: message.topic,
    [`${DEAD_LETTER_HEADER}partition`]: String(message.partition),
    [`${DEAD_LETTER_HEADER}offset`]: String(message.offset),
    [`${DEAD_LETTER_HEADER}group`]: group,
    [`${DEAD_LETTER_HEADER}reason`]: reason,
  },
  value: message.value,
});
