import { createPool } from '@kinledger/database';
import { defaultSession, type SessionSettings } from '../consumer/session-settings.js';
import { StoredMessageBus } from '../consumer/stored-message-bus.js';
import type { MessageBus } from '../message-bus.js';
import { PostgresStore } from './postgres-store.js';
import { Hints } from './hints.js';

export interface PostgresMessageBusOptions {
  /** URL of the database `bus`, with the service's own role. */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Called at failures of the listening connection; those of a subscription go to its own listener. */
  readonly onError?: (error: unknown) => void;
  readonly session?: Partial<SessionSettings>;
  /** A statement without an answer fails after this time. Default 30,000. */
  readonly statementTimeoutMs?: number;
}

/**
 * The message bus in PostgreSQL: tables from `migrations/bus`, functions from `functions/bus` of `@kinledger/database`. A
 * publish is durable when it resolves, all or none. Connects lazily and recovers from lost connections by itself.
 */
export const createPostgresMessageBus = (options: PostgresMessageBusOptions): MessageBus => {
  const { url, applicationName, onError = () => undefined } = options;
  return new StoredMessageBus(
    new PostgresStore(
      createPool({ url, applicationName }),
      new Hints({ url, applicationName, onError }),
      options.statementTimeoutMs ?? 30_000,
    ),
    { ...defaultSession, ...options.session },
  );
};
