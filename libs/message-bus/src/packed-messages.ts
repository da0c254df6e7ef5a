import type { OutgoingMessage } from './message-bus.js';

/** Messages as columns for one statement, so that any number takes one round trip. */
export interface PackedMessages {
  readonly keys: string[];
  /** JSON objects. */
  readonly headers: string[];
  /** Length of each value within `body`. */
  readonly lengths: number[];
  /** All values, concatenated. An array of bytea would be sent as text, at more than twice the bytes. */
  readonly body: Buffer;
}

export const packMessages = (messages: readonly OutgoingMessage[]): PackedMessages => ({
  keys: messages.map((message) => message.key),
  headers: messages.map((message) => JSON.stringify(message.headers)),
  lengths: messages.map((message) => message.value.byteLength),
  body: Buffer.concat(messages.map((message) => message.value)),
});
