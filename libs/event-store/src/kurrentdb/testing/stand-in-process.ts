/**
 * Runs the stand-in for a KurrentDB server in its own process, which a test may stop or kill: `node stand-in-process.js
 * PORT JOURNAL`. Prints its connection string on standard output.
 */
import { StandInServer } from './stand-in-server.js';

const [port = '0', journal] = process.argv.slice(2);
const server = await StandInServer.start({
  port: Number(port),
  ...(journal === undefined ? {} : { journal }),
});
process.stdout.write(`${server.connectionString()}\n`);
