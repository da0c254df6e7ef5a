import { OutboxTable } from '@kinledger/message-bus';

/** What the projector says, in the transaction that makes it true, until it is on the bus. */
export const projectorOutbox = new OutboxTable('projector');
