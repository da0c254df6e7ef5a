import { OutboxTable } from '@kinledger/message-bus';

/** What intake says, in the transaction that makes it true, until it is on the bus. */
export const intakeOutbox = new OutboxTable('ingest');
