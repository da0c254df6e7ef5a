import { createPool } from '@kinledger/database';
import type { TestDatabases } from '@kinledger/database/testing';
import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import type pg from 'pg';
import type { Address } from '../../contract/breakable-line.js';
import type { EventStoreFixture } from '../../contract/fixture.js';
import type { EventToAppend } from '../../event-store.js';
import { eraseBodies, eraseTokens } from '../../postgres/erase-bodies.js';
import { KurrentDbEventStore, type KurrentDbEventStoreOptions } from '../kurrentdb-event-store.js';

/** A server that speaks KurrentDB's protocol for the duration of a spec: a single node, or a cluster. */
export interface KurrentServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

export const storeOn = (
  databases: TestDatabases,
  connectionString: string,
  options: Partial<KurrentDbEventStoreOptions> = {},
): KurrentDbEventStore =>
  new KurrentDbEventStore({
    connectionString,
    platformUrl: databases.url('platform', 'linker'),
    eraserUrl: databases.url('platform', 'eraser'),
    applicationName: 'linker',
    ...options,
  });

/** The fixture for the contract suite of all adapters. */
export const fixtureOn = (databases: TestDatabases, server: KurrentServer): EventStoreFixture => {
  const eraser: pg.Pool = createPool({
    url: databases.url('platform', 'eraser'),
    applicationName: 'eraser',
    max: 1,
  });
  return {
    open: () => storeOn(databases, server.connectionString),
    eraseBodies: async (stream, records) => {
      await eraseBodies(eraser, stream, records);
    },
    eraseTokens: (stream, records) => eraseTokens(eraser, stream, records),
    dispose: async () => {
      await eraser.end();
      await server.stop();
      await databases.drop();
    },
  };
};

export const addressOf = (connectionString: string): Address => {
  const [, host = '', port = '2113'] =
    /(?:@|:\/\/)([^@:/?]+)(?::(\d+))?(?:[/?]|$)/.exec(connectionString) ?? [];
  return { host, port: Number(port) };
};

/**
 * Skips a case on a cluster and says why: a proxy covers one address only, and the client discovers the other nodes.
 */
export function needsSingleNode(
  { connectionString }: KurrentServer,
  context: { readonly skip: (note?: string) => unknown },
): void {
  const isCluster = connectionString.includes('+discover') || /:\/\/[^/?]*,/.test(connectionString);
  if (isCluster) context.skip('needs a single node: a line can be broken before one address alone');
}

/** The same server through another local port; by the name `localhost` if its certificate may require it. */
export const throughPort = (connectionString: string, port: number): string => {
  const { host } = addressOf(connectionString);
  const near = host === 'localhost' ? host : '127.0.0.1';
  return connectionString.replace(new RegExp(`${host}(:\\d+)?`), `${near}:${port}`);
};

/** A client that is not ours, like an operator's script. */
export async function foreignClient(connectionString: string): Promise<KurrentDBClient> {
  const { KurrentDBClient: client } = await import('@kurrent/kurrentdb-client');
  return client.connectionString(connectionString);
}

export const foreignEvents = (events: readonly EventToAppend[]) =>
  events.map(({ id, type, bytes }) => ({
    id,
    type,
    contentType: 'application/octet-stream' as const,
    data: bytes,
    metadata: undefined,
  }));

/** Polls until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
