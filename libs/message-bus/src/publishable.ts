import { messageMalformed, messageTooLarge, publishTooLarge } from './errors.js';
import { MAX_MESSAGE_BYTES, type OutgoingMessage } from './message-bus.js';

/** Maximum bytes of one publish, which is one transaction. */
export const MAX_PUBLISH_BYTES = 256 * 1024 * 1024;

/**
 * Headers with this prefix say why a message was dead-lettered. They are short and do not count towards the limit,
 * because a message of the full size must still fit its dead-letter topic.
 */
export const DEAD_LETTER_HEADER = 'dead-letter-';

/** Bytes of a message as the limit counts them: value, key, header names and header values. */
export function messageBytes(message: OutgoingMessage): number {
  let bytes = message.value.byteLength + Buffer.byteLength(message.key);
  for (const [name, value] of Object.entries(message.headers)) {
    if (!name.startsWith(DEAD_LETTER_HEADER)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
}

/**
 * Refuses messages that no adapter could carry, before anything is sent.
 * @throws MessageTooLarge, PublishTooLarge, MessageMalformed
 */
export function requirePublishable(messages: readonly OutgoingMessage[]): void {
  let total = 0;
  for (const message of messages) {
    requireText(message.key, 'its key');
    for (const [name, value] of Object.entries(message.headers)) {
      requireText(name, 'a header name');
      requireText(value, 'a header value');
    }
    const bytes = messageBytes(message);
    if (bytes > MAX_MESSAGE_BYTES) throw messageTooLarge(bytes, MAX_MESSAGE_BYTES);
    total += bytes;
  }
  if (total > MAX_PUBLISH_BYTES) throw publishTooLarge(total, MAX_PUBLISH_BYTES);
}

/** PostgreSQL text cannot hold NUL, nor UTF-8 a lone surrogate: both would be changed or lost. */
function requireText(text: string, what: string): void {
  if (text.includes('\0')) throw messageMalformed(`${what} contains NUL`);
  if (!text.isWellFormed()) throw messageMalformed(`${what} is not well-formed Unicode`);
}
