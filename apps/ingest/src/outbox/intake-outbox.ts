import { OutboxTable } from '@kinledger/message-bus';

/** The messages of intake, written in the transactions that cause them, until they are published. */
export const intakeOutbox = new OutboxTable('ingest');
