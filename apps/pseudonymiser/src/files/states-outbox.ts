import { OutboxTable } from '@kinledger/message-bus';

/** How files ended, until it is on the bus. */
export const statesOutbox = new OutboxTable('pseudonymiser');
