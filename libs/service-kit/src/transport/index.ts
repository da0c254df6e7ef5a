export * from './batch-context.js';
export * from './batch-transport.js';
export { asDeadLetter, deadLetterTopic, type DeadLetter } from './dead-letter.js';
export { OnMessages, type MessageOf, type OnMessagesOptions } from './on-messages.js';
