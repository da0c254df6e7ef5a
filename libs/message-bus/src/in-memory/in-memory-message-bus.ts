import { defaultSession, type SessionSettings } from '../consumer/session-settings.js';
import { StoredMessageBus } from '../consumer/stored-message-bus.js';
import type { MessageBus } from '../message-bus.js';
import { InMemoryBroker } from './in-memory-broker.js';
import { InMemoryStore } from './in-memory-store.js';

/** A message bus within one process, lost when it ends: for tests of code that uses the port. */
export const createInMemoryMessageBus = (session: Partial<SessionSettings> = {}): MessageBus =>
  connectInMemory(new InMemoryBroker(), session).bus;

export interface InMemoryConnection {
  readonly bus: MessageBus;
  /** Calls wait, and no hint arrives, until the connection is back. */
  loseConnection(): void;
  regainConnection(): void;
  severConnections(): void;
  receivedBytes(): number;
}

/** One of several connections to the same broker, as several processes have to a server. */
export function connectInMemory(
  broker: InMemoryBroker,
  session: Partial<SessionSettings> = {},
): InMemoryConnection {
  const store = new InMemoryStore(broker);
  return {
    bus: new StoredMessageBus(store, { ...defaultSession, ...session }),
    loseConnection: () => store.loseConnection(),
    regainConnection: () => store.regainConnection(),
    severConnections: () => store.severConnection(),
    receivedBytes: () => store.receivedBytes,
  };
}
