import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memorySettings } from './memory-settings.js';
import { ServiceProcess, type ServiceEvents } from './service-process.js';

let directory: string;
let service: ServiceProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kinledger-launcher-'));
});
afterEach(async () => {
  await service?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const quiet: ServiceEvents = { onReady: () => undefined, onRestart: () => undefined };

/** A process that behaves like a service towards its launcher. */
function serviceOf(body: string, events: ServiceEvents = quiet, port = 0): ServiceProcess {
  const entry = join(directory, 'main.mjs');
  writeFileSync(entry, body);
  const logFile = join(directory, 'linker.log');
  const { nodeOptions } = memorySettings('linker');
  service = new ServiceProcess(
    { name: 'linker', entry, logFile, environment: { MARK: 'mine' }, nodeOptions, port },
    events,
  );
  return service;
}

const wellBehaved = `
  setInterval(() => {}, 60_000);
  process.on('SIGTERM', () => { console.log('stopped in order'); process.exit(0); });
  process.send({ type: 'ready', url: 'http://127.0.0.1/' + process.pid });`;

const pidOf = (url: string | undefined) => Number(url?.split('/').at(-1));
const lives = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a service as a child of the launcher', () => {
  it('is started with its address, and stopped in order', async () => {
    const started = serviceOf(wellBehaved);
    expect(await started.start()).toMatch(/^http:/);
    await started.stop();
    expect(readFileSync(join(directory, 'linker.log'), 'utf8')).toContain('stopped in order');
  });

  it('runs with the heap options given', async () => {
    await serviceOf(`console.log(process.execArgv.join(' ')); ${wellBehaved}`).start();
    const log = readFileSync(join(directory, 'linker.log'), 'utf8');
    for (const option of memorySettings('linker').nodeOptions) expect(log).toContain(option);
  });

  it('takes another port if its own is taken, even at the last moment', async () => {
    const others = createServer();
    await new Promise<void>((done) => others.listen(0, '127.0.0.1', done));
    const { port } = others.address() as AddressInfo;
    const listening = `
      import { createServer } from 'node:http';
      const server = createServer().listen(Number(process.env.KINLEDGER_HTTP_PORT), '127.0.0.1', () =>
        process.send({ type: 'ready', url: 'http://127.0.0.1:' + server.address().port }));
      process.on('SIGTERM', () => process.exit(0));`;
    const url = await serviceOf(listening, quiet, port).start();
    expect(new URL(url).port).not.toBe(String(port));
    await new Promise((done) => others.close(done));
  });

  it('restarts at its address, and waits if another process has taken the port meanwhile', async () => {
    const addresses: string[] = [];
    let restarts = 0;
    const listening = `
      import { createServer } from 'node:http';
      const server = createServer().listen(Number(process.env.KINLEDGER_HTTP_PORT), '127.0.0.1', () =>
        process.send({ type: 'ready', url: 'http://127.0.0.1:' + server.address().port + '/' + process.pid }));
      process.on('SIGTERM', () => process.exit(0));`;
    const events: ServiceEvents = {
      onReady: (_, url) => addresses.push(url),
      onRestart: () => (restarts += 1),
    };
    const url = await serviceOf(listening, events).start();
    const { port } = new URL(url);
    const others = createServer();
    process.kill(pidOf(url), 'SIGKILL');
    await expect
      .poll(
        () =>
          new Promise<boolean>((done) => {
            others.once('error', () => done(false));
            others.listen(Number(port), '127.0.0.1', () => done(true));
          }),
        { interval: 1 },
      )
      .toBe(true);
    await expect.poll(() => restarts, { timeout: 20_000 }).toBeGreaterThan(1);
    await new Promise((done) => others.close(done));
    await expect.poll(() => addresses.length, { timeout: 20_000 }).toBe(2);
    expect(new URL(addresses[1] ?? '').port).toBe(port);
  });

  it('gets its own variables and none of the launcher’s', async () => {
    process.env['KINLEDGER_HOME'] = '/somewhere';
    try {
      const names = `Object.keys(process.env).filter((n) => n.startsWith('KINLEDGER') || n === 'MARK').join(' ')`;
      await serviceOf(`console.log('[' + ${names} + ']'); ${wellBehaved}`).start();
      expect(readFileSync(join(directory, 'linker.log'), 'utf8')).toContain('[MARK KINLEDGER_HTTP_PORT]');
    } finally {
      delete process.env['KINLEDGER_HOME'];
    }
  });

  it('is reported by name, with the end of its log, if it ends before it is ready', async () => {
    writeFileSync(join(directory, 'linker.log'), 'an older run\n');
    const body = `console.log(JSON.stringify({ level: 'fatal', msg: 'cannot start', err: { message: 'no key' } })); process.exit(1);`;
    const failure: unknown = await serviceOf(body)
      .start()
      .catch((error: unknown) => error);
    expect(String(failure)).toMatch(/linker did not start \(exit code 1\)/);
    expect(String(failure)).toContain('fatal: cannot start (no key)');
    expect(String(failure)).not.toContain('an older run');
  });

  it('is reported if it was not built', async () => {
    const missing = new ServiceProcess(
      {
        name: 'linker',
        entry: join(directory, 'none.js'),
        logFile: join(directory, 'log'),
        environment: {},
        nodeOptions: [],
        port: 0,
      },
      quiet,
    );
    await expect(missing.start()).rejects.toThrow(/linker is not built/);
  });

  it('is restarted when it crashes, until it is asked to stop', async () => {
    const addresses: string[] = [];
    let restarts = 0;
    const started = serviceOf(wellBehaved, {
      onReady: (_, url) => addresses.push(url),
      onRestart: () => (restarts += 1),
    });
    await started.start();
    process.kill(pidOf(addresses[0]), 'SIGKILL');
    await expect.poll(() => addresses.length, { timeout: 10_000 }).toBe(2);
    expect(restarts).toBe(1);
    await started.stop();
    expect(lives(pidOf(addresses[1]))).toBe(false);
  });
});
