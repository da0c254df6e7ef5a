import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localConnection } from '@kinledger/contracts';
import { StandInServer } from '@kinledger/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from './installation.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Manifest {
  readonly files: readonly { readonly dataset: string; readonly period: string; readonly path: string }[];
}
interface Checked {
  readonly streams: readonly {
    readonly events: number;
    readonly findings: readonly { sentence: string }[];
  }[];
}
interface Copied {
  readonly streams: readonly { readonly events: number }[];
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
};

/** The server is a stand-in (see `StandInServer`). */
describe('a ledger in KurrentDB (stand-in) that others can change', () => {
  const installation = new Installation();
  const folder = join(installation.home, 'programme');
  const ledger = 'staging-programme-leap';
  let server: StandInServer;
  let files: Manifest['files'];
  let running: ReturnType<Installation['begin']> | undefined;

  const start = async (prefix: string) => {
    installation.environment = {
      KINLEDGER_EVENT_STORE: 'kurrentdb',
      KINLEDGER_KURRENTDB_URL: server.connectionString(),
      KINLEDGER_KURRENTDB_PREFIX: prefix,
    };
    running = installation.begin('start', '--free-ports', '--seed', 'stranger');
    await running.said('Kinledger is running');
  };
  const stop = async () => {
    running?.child.kill('SIGINT');
    await running?.ended;
    running = undefined;
  };
  const submission = (index: number) => {
    const { dataset, period, path } = files.filter((file) => file.dataset.endsWith('.user'))[index]!;
    return ['submit', join(folder, path), '--dataset', dataset, '--period', period];
  };
  const url = (service: 'linker' | 'projector') =>
    localConnection.parse(JSON.parse(readFileSync(join(installation.home, 'connection.json'), 'utf8')))
      .services[service];
  const isReady = async (service: 'linker' | 'projector') =>
    (await fetch(`${url(service)}/health/ready`)).status === 200;
  const metric = async (service: 'linker' | 'projector', name: string) =>
    new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(
      await (await fetch(`${url(service)}/metrics`)).text(),
    )?.[1];

  beforeAll(async () => {
    server = await StandInServer.start();
    const size = ['--people', '60', '--quarters', '1', '--seed', 'stranger', ...fewDatasets];
    expect(await installation.run('generate', '--out', folder, ...size)).toMatchObject({ code: 0 });
    ({ files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest);
  });
  afterAll(async () => {
    await stop();
    await installation.dispose();
    server.stop();
  });

  it('halts linker and projector at a foreign event, and continues without it under another prefix', async () => {
    await start('staging');
    expect(await installation.run(...submission(0))).toMatchObject({ code: 0 });
    expect(await installation.json<Checked>('ledger', 'check')).toMatchObject({
      streams: [{ findings: [] }],
    });
    await until(async () => (await isReady('linker')) && (await isReady('projector')));

    const stranger = {
      id: '00000000-0000-8000-8000-000000000001',
      type: 'Noted',
      contentType: 'application/json',
      data: Buffer.from('{"hello":1}'),
      metadata: Buffer.alloc(0),
    };
    const written = server.streams.write(ledger, 'any', [stranger]);
    const at = written.kind === 'success' ? written.revision : -1;
    const sentence = `revision ${at} of programme-leap was not written by Kinledger (type Noted)`;
    await until(async () => !(await isReady('linker')) && !(await isReady('projector')));
    await until(async () => (await metric('linker', 'kinledger_linker_halted')) === '1');
    expect(await metric('projector', 'kinledger_projector_halted')).toBe('1');
    for (const service of ['linker', 'projector']) {
      const log = readFileSync(join(installation.home, 'logs', `${service}.log`), 'utf8');
      expect(log.split(sentence)).toHaveLength(2);
    }

    const says = async (...command: string[]) => {
      const { code, stderr } = await installation.run(...command);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await says(...submission(1))).toContain(`kinledger: the linker has halted: ${sentence}`);
    expect(await says('rebuild')).toBe(`kinledger: ${sentence}\n`);
    expect((await installation.run('ledger', 'check')).stdout).toContain(`  fault  ${sentence}`);
    const copy = ['ledger', 'copy', '--from', 'kurrentdb', '--to', 'kurrentdb', '--to-prefix', 'mended'];
    expect(await says(...copy)).toBe(
      `kinledger: ${sentence}: nothing is copied from there on; --before ${at} copies what comes before it into a new stream or store\n`,
    );
    expect(await says(...copy, '--before', String(at - 1))).toContain(
      `revision ${at - 1} of programme-leap was written by Kinledger or is not there`,
    );
    expect(await installation.json<Copied>(...copy, '--before', String(at))).toMatchObject({
      streams: [{ events: at }],
    });
    await stop();

    await start('mended');
    await until(async () => (await isReady('linker')) && (await isReady('projector')));
    expect(await installation.run(...submission(2))).toMatchObject({ code: 0 });
    expect(await installation.json<{ equal: boolean }>('rebuild')).toMatchObject({ equal: true });
  });

  it('reports a setting that hides events in readiness, a metric and the check', async () => {
    const settings = (data: object) =>
      server.streams.write('$$mended-programme-leap', 'any', [
        {
          id: '00000000-0000-8000-8000-000000000002',
          type: '$metadata',
          contentType: 'application/json',
          data: Buffer.from(JSON.stringify(data)),
          metadata: Buffer.alloc(0),
        },
      ]);
    settings({ $maxAge: 1_000_000 });
    await until(async () => !(await isReady('linker')) && !(await isReady('projector')));
    expect(await metric('projector', 'kinledger_ledger_settings_faults')).toBe('1');
    const { code, stdout } = await installation.run('ledger', 'check');
    expect(code).toBe(1);
    expect(stdout).toContain('  fault  $maxAge of mended-programme-leap hides events that are older');
    settings({});
    await until(async () => (await isReady('linker')) && (await isReady('projector')));
  });
});
