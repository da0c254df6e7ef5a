import { OutboxTable } from '@kinledger/message-bus';

/** The outcomes of files, until they are published. */
export const statesOutbox = new OutboxTable('pseudonymiser');
