import { isUnreadableContract } from '@kinledger/contracts';
import {
  DEAD_LETTER_HEADER,
  type IncomingMessage,
  type OutgoingMessage,
  type TopicSettings,
} from '@kinledger/message-bus';

/** A message that no version of its contract describes. */
export interface DeadLetter {
  readonly message: IncomingMessage;
  readonly group: string;
  /** Paths and rules; never a value of the message. */
  readonly reason: string;
}

/** Long enough for an operator to look and to send again, short enough for rows that should be gone. */
const RETENTION_MS = 30 * 24 * 3600 * 1000;

export const deadLetterTopic = (topic: string): TopicSettings => ({
  name: `${topic}.dead-letter`,
  partitions: 1,
  retentionMs: RETENTION_MS,
});

/** Says why a message could not be read. Only our own errors are known to carry no value. */
export const reasonOf = (error: unknown): string =>
  isUnreadableContract(error)
    ? error.message.slice(0, 500)
    : `decoding failed: ${error instanceof Error ? error.name : typeof error}`;

/** The message as its dead-letter topic keeps it: key, headers and value as they came, and where and why beside them. */
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
