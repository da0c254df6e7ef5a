import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localConnection } from '@kinledger/contracts';
import { StandInServer } from '@kinledger/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from './installation.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}
interface Line {
  readonly level: string;
  readonly msg: string;
  readonly dependency?: string;
  readonly seconds?: number;
  readonly err?: { readonly message: string; readonly stack?: string };
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
};

/** Longer than the longest back-off. */
const AWAY_MS = 30_000;

/** The server is a stand-in (see `StandInServer`). */
describe('a demonstration whose KurrentDB (stand-in) starts after the services', () => {
  const installation = new Installation();
  let server: StandInServer;

  const ready = async (service: 'linker' | 'projector'): Promise<Ready> => {
    const file = readFileSync(join(installation.home, 'connection.json'), 'utf8');
    const { services } = localConnection.parse(JSON.parse(file));
    return (await (await fetch(`${services[service]}/health/ready`)).json()) as Ready;
  };
  const linesOf = (service: string): Line[] =>
    readFileSync(join(installation.home, 'logs', `${service}.log`), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);

  beforeAll(async () => {
    server = await StandInServer.start();
    installation.environment = {
      KINLEDGER_EVENT_STORE: 'kurrentdb',
      KINLEDGER_KURRENTDB_URL: server.connectionString(),
    };
  });
  afterAll(async () => {
    await installation.dispose();
    server.stop();
  });

  it('says that it waits and why, is not ready meanwhile, and finally prints its figures', async () => {
    // The port stays reserved for the restart.
    server.kill();
    const demo = installation.begin(
      ...['demo', '--keep', '--people', '120', '--quarters', '1', '--seed', 'later', ...fewDatasets],
    );
    const port = /:(\d+)\?/.exec(server.connectionString())?.[1] ?? '';
    const why = `nobody answers at localhost:${port}: start KurrentDB there, or correct the address in KINLEDGER_KURRENTDB_URL`;
    await demo.said(`waiting for the ledger: ${why}`);
    const waited = performance.now();
    // Readiness reports a failing projection after ten seconds.
    await until(async () => (await ready('projector')).checks['projection'] === 'down');
    expect(await ready('projector')).toMatchObject({ status: 'down', checks: { 'event-store': 'down' } });
    expect(await ready('linker')).toMatchObject({ status: 'down', checks: { 'event-store': 'down' } });

    await new Promise((resolve) => setTimeout(resolve, waited + AWAY_MS - performance.now()));
    await server.restart();
    const began = performance.now();
    await until(
      async () => (await ready('projector')).status === 'up' && (await ready('linker')).status === 'up',
    );
    expect(performance.now() - began).toBeLessThan(10_000);
    await demo.said('the ledger answers again');
    await demo.said('The services keep running');

    for (const service of ['linker', 'projector']) {
      const lines = linesOf(service);
      const said = lines.filter(({ dependency }) => dependency === 'event store');
      expect(said).toMatchObject([
        { msg: 'a dependency is unreachable', why },
        { msg: 'a dependency answers again' },
      ]);
      expect(said[1]?.seconds).toBeGreaterThan(25);
      expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    }

    demo.child.kill('SIGINT');
    const { stdout } = await demo.ended;
    expect(stdout).toContain('From the truth to the figure');
  });
});
