import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StandInServer } from '@kinledger/event-store/testing';
import { describe, expect, it } from 'vitest';

const NAME = 'kurrentdb-known-later.example';
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A reader like a service's, in a process with its own hosts file. It prints each failure, then how long reading took.
 */
const reader = `
import { KurrentDbEventStore } from '@kinledger/event-store';
const store = new KurrentDbEventStore({ connectionString: process.argv[1], platformUrl: 'postgres://nobody@localhost:1/none', applicationName: 'reader' });
for (;;) {
  const done = await store.head('nothing').then(() => 'read', ({ message }) => message);
  console.log(done);
  if (done === 'read') break;
  await new Promise((resolve) => setTimeout(resolve, 500));
}
await store.close();
process.exit(0);
`;

/** A process can have its own hosts file only if it may mount: as root on Linux. */
const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;

describe.skipIf(!mayMount)(
  `a host name that does not resolve yet${mayMount ? '' : ' (absent: a mount namespace)'}`,
  () => {
    it('is looked up again, so reads resume soon after it resolves', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kinledger-names-'));
      const hosts = join(folder, 'hosts');
      copyFileSync('/etc/hosts', hosts);
      const server = await StandInServer.start();
      const address = server.connectionString().replace('localhost', NAME);
      const mounted = 'mount --bind "$0" /etc/hosts && exec "$@"';
      const child = spawn(
        'unshare',
        [
          ...['-m', 'sh', '-c', mounted, hosts],
          ...[process.execPath, '--input-type=module', '-e', reader, address],
        ],
        { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const said: string[] = [];
      child.stdout.on('data', (chunk: Buffer) => said.push(...chunk.toString('utf8').trim().split('\n')));
      const ended = new Promise((resolve) => child.once('close', resolve));
      try {
        while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
        expect(said[0]).toContain(`the host name in ${NAME}:`);
        appendFileSync(hosts, `\n127.0.0.1 ${NAME}\n`);
        const began = performance.now();
        await ended;
        expect(performance.now() - began).toBeLessThan(5_000);
        expect(said.at(-1)).toBe('read');
      } finally {
        child.kill('SIGKILL');
        server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
