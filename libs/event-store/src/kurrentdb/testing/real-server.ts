import type { KurrentServer } from '../contract/kurrent-server.js';

/** Where a KurrentDB to test against can be had. */
export type RealServer =
  | { readonly kind: 'url'; readonly connectionString: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'absent'; readonly why: string };

const IMAGE = 'kurrentplatform/kurrentdb:25.0';
const PORT = 2113;

/** The server in KINLEDGER_KURRENTDB_URL, else one in a container where there is a container engine. */
export async function findRealServer(): Promise<RealServer> {
  const connectionString = process.env['KINLEDGER_KURRENTDB_URL'];
  if (connectionString !== undefined && connectionString !== '') return { kind: 'url', connectionString };
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    await getContainerRuntimeClient();
    return { kind: 'container' };
  } catch {
    return { kind: 'absent', why: 'KINLEDGER_KURRENTDB_URL is not set and there is no container engine' };
  }
}

/** A single node in memory, without TLS, at a port of this machine. */
export async function startContainer(): Promise<KurrentServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts(PORT)
    .withEnvironment({
      KURRENTDB_CLUSTER_SIZE: '1',
      KURRENTDB_INSECURE: 'true',
      KURRENTDB_MEM_DB: 'true',
      KURRENTDB_RUN_PROJECTIONS: 'None',
    })
    .withStartupTimeout(180_000)
    .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCode(204))
    .start();
  return {
    connectionString: `kurrentdb://${container.getHost()}:${container.getMappedPort(PORT)}?tls=false`,
    stop: async () => {
      await container.stop();
    },
  };
}
