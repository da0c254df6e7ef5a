import type { EventStore } from './event-store.js';
import { KurrentDbEventStore } from './kurrentdb/kurrentdb-event-store.js';
import type { StoreStanding } from './store-standing.js';
import { PostgresEventStore } from './postgres/postgres-event-store.js';

/** Where an installation keeps its ledger. */
export interface EventStorePlace {
  readonly kind: 'postgres' | 'kurrentdb';
  /** `kurrentdb://…`; absent on PostgreSQL. */
  readonly kurrentDbUrl?: string | undefined;
  /** What the names of streams begin with there, so that several installations may share one server. */
  readonly kurrentDbPrefix?: string | undefined;
  /** Database `platform`, as the service's own role. */
  readonly platformUrl: string;
  /** The same, as the eraser: for a service that appends records to KurrentDB. */
  readonly eraserUrl?: string | undefined;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Told when the store is out of reach and when it answers again; PostgreSQL's absence is its pool's to tell. */
  readonly onStanding?: (standing: StoreStanding) => void;
}

/** The event store that the configuration names. Connects to nothing yet. @throws ConnectionStringWrong; Error for a wrong prefix */
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
