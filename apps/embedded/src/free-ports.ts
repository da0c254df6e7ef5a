import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether something already listens on this port of the loopback address. */
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
 * Below the ephemeral ports (Linux from 32768, others from 49152), so that no outgoing connection takes the port of a
 * server that restarts.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 200;

/** Finds a port of the loopback address on which nothing listens. @throws Error if there is none. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!(await isPortTaken(port))) return port;
  }
  throw new Error('no free port on 127.0.0.1');
}
