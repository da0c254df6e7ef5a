import type { EventStore } from './event-store.js';
import { KurrentDbEventStore } from './kurrentdb/kurrentdb-event-store.js';
import type { StoreStanding } from './store-standing.js';
import { PostgresEventStore } from './postgres/postgres-event-store.js';

/** The store that holds an installation's ledger. */
export interface EventStorePlace {
  readonly kind: 'postgres' | 'kurrentdb';
  /** `kurrentdb://…`; absent for PostgreSQL. */
  readonly kurrentDbUrl?: string | undefined;
  /** Prefix of stream names on a KurrentDB server, so that several installations may share it. */
  readonly kurrentDbPrefix?: string | undefined;
  /** URL of the database `platform`, in the service's own role. */
  readonly platformUrl: string;
  /** The same, in the role of the eraser: for a service that appends records to KurrentDB. */
  readonly eraserUrl?: string | undefined;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Called when the store becomes unreachable and when it answers again. PostgreSQL's pool reports its own outages. */
  readonly onStanding?: (standing: StoreStanding) => void;
}

/**
 * Creates the event store that the configuration names, without connecting. @throws ConnectionStringWrong; Error for an
 * invalid prefix
 */
export function openEventStore(place: EventStorePlace): EventStore {
  const { kind, kurrentDbUrl, kurrentDbPrefix, platformUrl, eraserUrl, applicationName, onStanding } = place;
  switch (kind) {
    case 'postgres':
      return new PostgresEventStore({ url: platformUrl, applicationName });
    case 'kurrentdb':
      if (kurrentDbUrl === undefined) throw new Error('an event store on KurrentDB needs its address');
      return new KurrentDbEventStore({
        connectionString: kurrentDbUrl,
        ...(kurrentDbPrefix === undefined ? {} : { prefix: kurrentDbPrefix }),
        platformUrl,
        applicationName,
        ...(eraserUrl === undefined ? {} : { eraserUrl }),
        ...(onStanding === undefined ? {} : { onStanding }),
      });
    default:
      return kind satisfies never;
  }
}
