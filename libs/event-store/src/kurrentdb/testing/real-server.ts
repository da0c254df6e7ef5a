import type { KurrentServer } from '../contract/kurrent-server.js';

/** A KurrentDB server to test against. */
export type RealServer =
  | { readonly kind: 'url'; readonly connectionString: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'absent'; readonly why: string };

const IMAGE = 'kurrentplatform/kurrentdb:25.0';
const PORT = 2113;

/** Finds the server in KINLEDGER_KURRENTDB_URL, else a container engine to start one. */
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

/** Starts a single node in memory, without TLS, on a local port. */
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
