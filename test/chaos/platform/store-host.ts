import type { Row } from './platform-under-test.js';
import type { Victim } from './victim.js';

/** A test's access to a ledger from outside. */
export interface LedgerDoor {
  /** Revision of the last event, -1 if there is none. */
  head(): Promise<number>;
  /** The stored bytes, as text, in order. */
  events(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What a door needs from the running platform. */
export interface RunningDatabases {
  /** URL of the platform's database, as its superuser. */
  readonly url: (database: 'platform') => string;
  readonly ask: <R extends Row>(database: 'platform', sql: string, values?: unknown[]) => Promise<R[]>;
}

/** The event store of an embedded platform: its settings for the launcher, and its own server, if any. */
export interface StoreHost {
  /** Environment variables of the launcher. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its own servers that may be killed; each restarts by itself. */
  readonly victims: readonly Victim[];
  openDoor(databases: RunningDatabases): LedgerDoor;
  /** Copies its logs into a folder. */
  keepLogs(folder: string): void;
  stop(): Promise<void>;
}

/** The ledger in the platform's own PostgreSQL, which needs no other server. */
export const storeInPostgres: StoreHost = {
  environment: { KINLEDGER_EVENT_STORE: 'postgres' },
  victims: [],
  openDoor: ({ ask }) => ({
    head: async () => {
      const [row] = await ask<{ head: number }>(
        'platform',
        'SELECT coalesce(max(revision), -1)::int AS head FROM ledger.event',
      );
      return row?.head ?? -1;
    },
    events: async () => {
      const rows = await ask<{ bytes: Buffer }>(
        'platform',
        'SELECT bytes FROM ledger.event ORDER BY revision',
      );
      return rows.map(({ bytes }) => bytes.toString('utf8'));
    },
    close: () => Promise.resolve(),
  }),
  keepLogs: () => undefined,
  stop: () => Promise.resolve(),
};
