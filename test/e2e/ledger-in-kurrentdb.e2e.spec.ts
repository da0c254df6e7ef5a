import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StandInServer } from '@kinledger/event-store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from './installation.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Manifest {
  readonly files: readonly { readonly dataset: string; readonly period: string; readonly path: string }[];
}
interface CopyResult {
  readonly streams: readonly {
    readonly stream: string;
    readonly events: number;
    readonly found: number;
    readonly copied: number;
    readonly root: string;
  }[];
}
interface Rebuilt {
  readonly equal: boolean;
  readonly position: number;
}

/** The server is a stand-in (see `StandInServer`): this shows that the services and the copy work with it. */
describe('an installation whose ledger moves to KurrentDB (stand-in) and back', () => {
  const installation = new Installation();
  const folder = join(installation.home, 'programme');
  let server: StandInServer;
  let files: Manifest['files'];
  let running: ReturnType<Installation['begin']> | undefined;

  const start = async (store: 'postgres' | 'kurrentdb') => {
    installation.environment = {
      KINLEDGER_EVENT_STORE: store,
      KINLEDGER_KURRENTDB_URL: server.connectionString(),
    };
    running = installation.begin('start', '--free-ports', '--seed', 'kurrentdb');
    await running.said('Kinledger is running');
  };
  const stop = async () => {
    running?.child.kill('SIGINT');
    await running?.ended;
    running = undefined;
  };
  const submit = ({ dataset, period, path }: Manifest['files'][number]) =>
    installation.json('submit', join(folder, path), '--dataset', dataset, '--period', period);
  const copy = async (from: string, to: string) => {
    const { streams } = await installation.json<CopyResult>('ledger', 'copy', '--from', from, '--to', to);
    expect(streams).toHaveLength(1);
    return streams[0]!;
  };

  beforeAll(async () => {
    server = await StandInServer.start();
    const size = ['--people', '60', '--quarters', '1', '--seed', 'kurrentdb', ...fewDatasets];
    expect(await installation.run('generate', '--out', folder, ...size)).toMatchObject({ code: 0 });
    ({ files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest);
  });
  afterAll(async () => {
    await stop();
    await installation.dispose();
    server.stop();
  });

  it('reads, rebuilds and appends there, and every event comes back', async () => {
    const [first, second, third] = files.filter(({ dataset }) => dataset.endsWith('.user'));
    await start('postgres');
    await submit(first!);
    await submit(second!);
    const there = await copy('postgres', 'kurrentdb');
    expect(there).toMatchObject({ found: 0, copied: there.events });
    expect(there.events).toBeGreaterThan(10);
    expect(await copy('postgres', 'kurrentdb')).toEqual({ ...there, found: there.events, copied: 0 });
    await stop();

    await start('kurrentdb');
    expect(await installation.json<Rebuilt>('rebuild')).toMatchObject({
      equal: true,
      position: there.events - 1,
    });
    await submit(third!);
    const rebuilt = await installation.json<Rebuilt>('rebuild');
    expect(rebuilt.equal).toBe(true);
    expect(rebuilt.position).toBeGreaterThan(there.events);

    const back = await copy('kurrentdb', 'postgres');
    expect(back).toMatchObject({ events: rebuilt.position + 1, found: there.events });
    await stop();

    await start('postgres');
    expect(await installation.json<Rebuilt>('rebuild')).toMatchObject({
      equal: true,
      position: rebuilt.position,
    });
  });

  it('waits for its server in every command, says why, and then continues', async () => {
    await stop();
    await start('kurrentdb');
    const fourth = files.filter(({ dataset }) => dataset.endsWith('.user'))[3]!;
    for (const command of [
      ['rebuild'],
      ['submit', join(folder, fourth.path), '--dataset', fourth.dataset, '--period', fourth.period],
      ['ledger', 'copy', '--from', 'kurrentdb', '--to', 'postgres'],
    ]) {
      server.kill();
      const waiting = installation.begin(...command);
      await waiting.said('waiting for the ledger: nobody answers at localhost:');
      await server.restart();
      await waiting.said('the ledger answers again');
      const { code, stderr } = await waiting.ended;
      expect({ command, code, stderr }).toMatchObject({ code: 0 });
      // A server that starts may accept connections before it answers calls; that is another reason, told as such.
      const waits = stderr.split('\n').filter((line) => line.includes('waiting for the ledger'));
      expect(new Set(waits).size, stderr).toBe(waits.length);
    }
  });

  it('does not wait for a fault that a person has to fix', async () => {
    installation.environment = {
      KINLEDGER_KURRENTDB_URL: server.connectionString().replace('tls=false', 'tls=true'),
    };
    const { code, stderr } = await installation.run(
      'ledger',
      'copy',
      '--from',
      'kurrentdb',
      '--to',
      'postgres',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^kinledger: KurrentDB at localhost:\d+ does not use TLS, but KINLEDGER_KURRENTDB_URL requires it: give the server a certificate, or add tls=false\n$/,
    );
  });

  it('refuses a store that holds another ledger, in one sentence', async () => {
    const other = await StandInServer.start();
    other.streams.write('programme-leap', 'no-stream', [
      {
        id: '00000000-0000-8000-8000-000000000001',
        type: 'Other',
        contentType: 'application/octet-stream',
        data: Buffer.from('other'),
        metadata: Buffer.alloc(0),
      },
    ]);
    installation.environment = { KINLEDGER_KURRENTDB_URL: other.connectionString() };
    const { code, stdout, stderr } = await installation.run(
      'ledger',
      'copy',
      '--from',
      'postgres',
      '--to',
      'kurrentdb',
    );
    other.stop();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'kinledger: stream programme-leap is not the same in both stores from revision 0 on (the target holds another event there): nothing more was copied\n',
    );
  });
});
