import type { BusDoor, Row } from './platform-under-test.js';
import type { Victim } from './victim.js';

export interface ClosableBusDoor extends BusDoor {
  close(): Promise<void>;
}

/** What a door needs from the running platform. */
export interface RunningHome {
  readonly directory: string;
  /** URL of a database of the platform's server, as its superuser. */
  url(database: 'bus'): string;
  ask<R extends Row>(database: 'bus', sql: string, values?: unknown[]): Promise<R[]>;
}

/** The bus of an embedded platform: its settings for the launcher, and its own server, if any. */
export interface BusHost {
  /** Arguments of `kinledger start`. */
  readonly launcherArguments: readonly string[];
  /** Environment variables of the launcher. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its own servers, if any; each restarts by itself. */
  readonly victims: readonly Victim[];
  openDoor(home: RunningHome): ClosableBusDoor;
  /** Copies its logs into a folder. */
  keepLogs(folder: string): void;
  stop(): Promise<void>;
}

/** The bus in the platform's own PostgreSQL, which needs no other server. */
export const busInPostgres = (openDoor: BusHost['openDoor']): BusHost => ({
  launcherArguments: ['--bus', 'postgres'],
  environment: {},
  victims: [],
  openDoor,
  keepLogs: () => undefined,
  stop: () => Promise.resolve(),
});
