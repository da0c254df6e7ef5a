import type { BusDoor, Row } from './platform-under-test.js';
import type { Victim } from './victim.js';

export interface ClosableBusDoor extends BusDoor {
  close(): Promise<void>;
}

/** What a door may need of the platform that runs. */
export interface RunningHome {
  readonly directory: string;
  /** A database of the platform's server, as its superuser. */
  url(database: 'bus'): string;
  ask<R extends Row>(database: 'bus', sql: string, values?: unknown[]): Promise<R[]>;
}

/** Where the messages of an embedded platform lie: how the launcher is told of it, and what is its own beside the platform. */
export interface BusHost {
  /** Of `kinledger start`. */
  readonly launcherArguments: readonly string[];
  /** Variables of the launcher. */
  readonly environment: Readonly<Record<string, string>>;
  /** Servers of its own, where it has some; each comes back by itself. */
  readonly victims: readonly Victim[];
  openDoor(home: RunningHome): ClosableBusDoor;
  /** Copies its logs into a folder. */
  keepLogs(folder: string): void;
  stop(): Promise<void>;
}

/** The bus in the platform's own PostgreSQL has no server beside it. */
export const busInPostgres = (openDoor: BusHost['openDoor']): BusHost => ({
  launcherArguments: ['--bus', 'postgres'],
  environment: {},
  victims: [],
  openDoor,
  keepLogs: () => undefined,
  stop: () => Promise.resolve(),
});
