import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionSettings, createPool } from '@kinledger/database';
import {
  openEventStore,
  PostgresCheckpoints,
  type Checkpoints,
  type EventStore,
} from '@kinledger/event-store';
import pg from 'pg';
import { z } from 'zod';
import { findConnection, homeDirectory } from '../connection/connection.js';
import { Failure } from '../failure.js';

export const storeKinds = ['postgres', 'kurrentdb'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Display names of the stores. */
export const storeNames: Readonly<Record<StoreKind, string>> = {
  postgres: 'PostgreSQL',
  kurrentdb: 'KurrentDB',
};

/**
 * Addresses of this installation's event stores. They hold passwords, so they come from the environment, not from
 * arguments.
 */
export interface LedgerPlaces {
  /** URL of the database `platform` with the linker's role. */
  readonly platformUrl: string;
  readonly kurrentDbUrl: string | undefined;
  /** Prefix of its streams in KurrentDB. */
  readonly kurrentDbPrefix: string | undefined;
}

/** @throws Failure saying which variable to set. */
export function ledgerPlaces(env: NodeJS.ProcessEnv = process.env): LedgerPlaces {
  const platformUrl = env['KINLEDGER_PLATFORM_URL'] ?? urlOfThisMachine();
  if (platformUrl === undefined) {
    throw new Failure(
      'no services run here: set KINLEDGER_PLATFORM_URL to the postgres:// URL of the platform database, with the linker’s role',
    );
  }
  return {
    platformUrl,
    kurrentDbUrl: env['KINLEDGER_KURRENTDB_URL'],
    kurrentDbPrefix: env['KINLEDGER_KURRENTDB_PREFIX'],
  };
}

/** @throws Failure if the store's address is unknown; ConnectionStringWrong; Error for an invalid prefix. */
export function openLedger(
  kind: StoreKind,
  { platformUrl, kurrentDbUrl, kurrentDbPrefix }: LedgerPlaces,
): EventStore {
  if (kind === 'kurrentdb' && kurrentDbUrl === undefined) {
    throw new Failure('set KINLEDGER_KURRENTDB_URL to the connection string of KurrentDB, kurrentdb://…');
  }
  return openEventStore({
    ...{ kind, platformUrl, kurrentDbUrl, kurrentDbPrefix },
    applicationName: 'kinledger-ledger',
  });
}

/** Names of all streams that this installation has written, in any store. */
export async function streamNames({ platformUrl }: LedgerPlaces): Promise<string[]> {
  const client = new pg.Client({ ...connectionSettings(platformUrl), application_name: 'kinledger-ledger' });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM ledger.stream ORDER BY name');
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** The ledger that was named, else the only one. @throws Failure */
export async function theStream(places: LedgerPlaces, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const [name, ...others] = await streamNames(places);
  if (name === undefined) throw new Failure('this installation has written no ledger');
  if (others.length > 0) throw new Failure(`name one ledger with --stream: ${[name, ...others].join(', ')}`);
  return name;
}

/** The checkpoints beside this installation's ledgers, and what closes the way to them. */
export function openCheckpoints({ platformUrl }: LedgerPlaces): {
  readonly checkpoints: Checkpoints;
  readonly close: () => Promise<void>;
} {
  const pool = createPool({ url: platformUrl, applicationName: 'kinledger-ledger', max: 2 });
  return { checkpoints: new PostgresCheckpoints(pool), close: () => pool.end() };
}

/** The linker's database URL of the services on this machine, from a file that only its owner can read. */
function urlOfThisMachine(): string | undefined {
  const connection = findConnection(homeDirectory());
  if (connection === undefined) return undefined;
  const file = join(connection.home, 'database-passwords.json');
  const { linker } = z.looseObject({ linker: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8')));
  const url = new URL(connection.evaluation.platformUrl);
  url.username = 'kinledger_linker';
  url.password = linker;
  return url.href;
}
