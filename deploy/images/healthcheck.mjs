/** The HEALTHCHECK of a service's image, for engines that have no probes: whether the process works. */
import process from 'node:process';

const port = process.env.KINLEDGER_HTTP_PORT ?? '8080';
const alive = await fetch(`http://127.0.0.1:${port}/health/live`, {
  signal: AbortSignal.timeout(4_000),
}).then(
  (response) => response.ok,
  () => false,
);
process.exit(alive ? 0 : 1);
