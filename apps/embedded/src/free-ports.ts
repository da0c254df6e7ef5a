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
