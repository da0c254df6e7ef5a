import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether something listens on this port of the loopback address already. */
export function isPortTaken(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(true));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      probe.close(() => done(false));
    });
  });
}

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152): a server that ends and
 * comes back must not find its port in the hands of somebody's connection.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 200;

/** A port of the loopback address on which nothing listens. @throws Error when none is found. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!(await isPortTaken(port))) return port;
  }
  throw new Error('no free port on 127.0.0.1');
}
