import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entry = fileURLToPath(new URL('../../dist/service/slow-service.fixture.js', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<number | null>;
  readonly log: () => string;
}

const environment = { PATH: process.env['PATH'], KINLEDGER_HTTP_PORT: '0' };

function spawn(env: Record<string, string | undefined>): Omit<Started, 'url'> {
  // The test runner's own conditions would make the child load sources.
  const child = fork(entry, [], { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = (async () => {
    // Not 'close', which is not emitted if this side disconnected the channel.
    const [[code]] = await Promise.all([
      once(child, 'exit') as Promise<[number | null]>,
      ...[child.stdout, child.stderr].map((stream) => stream !== null && once(stream, 'end')),
    ]);
    return code;
  })();
  return { child, ended, log: () => text };
}

async function start(env: Record<string, string> = {}): Promise<Started> {
  const started = spawn({ ...environment, ...env });
  const first = await Promise.race([once(started.child, 'message'), started.ended]);
  if (!Array.isArray(first)) throw new Error(`ended before it was ready: ${started.log()}`);
  const [message] = first as [{ type: string; url: string }];
  expect(message.type).toBe('ready');
  return { ...started, url: message.url };
}

/** The tests run a process, so they need what `npm run build` produces. */
beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/service-kit'], {
    cwd: root,
  });
});

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers requests in progress at %s, then exits with 0',
    async (signal) => {
      const { child, url, ended, log } = await start();
      const answer = fetch(`${url}/v1/slow`).then((response) => response.text());
      await expect.poll(async () => (await fetch(`${url}/v1/slow/begun`)).text()).toBe('1');
      child.kill(signal);
      expect(await answer).toBe('answered');
      expect(await ended).toBe(0);
      expect(log()).toContain('"msg":"stopped"');
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    },
  );

  it('serves on while load balancers take it out, is not ready, and asks callers to leave', async () => {
    const { child, url, ended } = await start({ KINLEDGER_SHUTDOWN_DRAIN_SECONDS: '1' });
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(503);
    const answer = await fetch(`${url}/v1/slow/begun`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await ended).toBe(0);
  });

  it('stops when its parent process has ended', async () => {
    const { child, ended } = await start();
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it('exits with 1 if it cannot finish within the grace period', async () => {
    const { child, url, ended, log } = await start({ KINLEDGER_SHUTDOWN_GRACE_SECONDS: '0' });
    void fetch(`${url}/v1/slow`).catch(() => undefined);
    await expect.poll(async () => (await fetch(`${url}/v1/slow/begun`)).text()).toBe('1');
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(log()).toContain('did not stop within the grace period');
  });

  it('exits with 1 and a logged error at an unhandled rejection', async () => {
    const { url, ended, log } = await start();
    await fetch(`${url}/v1/slow/rejected`).catch(() => undefined);
    expect(await ended).toBe(1);
    expect(log()).toContain('an error was not handled');
    expect(log()).toContain('forgotten');
  });

  it('names every wrong variable and exits with 1', async () => {
    const { ended, log } = spawn({
      ...environment,
      KINLEDGER_HTTP_PORT: 'many',
      KINLEDGER_LOG_LEVEL: 'loud',
    });
    expect(await ended).toBe(1);
    expect(log()).toMatch(/KINLEDGER_HTTP_PORT is not valid/);
    expect(log()).toMatch(/KINLEDGER_LOG_LEVEL is not valid/);
  });

  it('logs the template of a route, never the address or a header', async () => {
    const { child, url, ended, log } = await start({ KINLEDGER_LOG_LEVEL: 'debug' });
    await fetch(`${url}/v1/slow/begun?email=amara.okafor7@example.org`, {
      headers: { authorization: 'Bearer sesame' },
    });
    await fetch(`${url}/v1/amara.okafor7@example.org`);
    child.kill('SIGTERM');
    await ended;
    expect(log()).toContain('"route":"/v1/slow/begun"');
    expect(log()).toContain('"route":"unmatched"');
    expect(log()).not.toMatch(/amara|sesame/);
  });
});
