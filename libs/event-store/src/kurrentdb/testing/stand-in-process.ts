/**
 * The stand-in for a KurrentDB server as a process of its own, to be killed and stopped: `node stand-in-process.js PORT
 * JOURNAL`. It says on standard output where it listens.
 */
import { StandInServer } from './stand-in-server.js';

const [port = '0', journal] = process.argv.slice(2);
const server = await StandInServer.start({
  port: Number(port),
  ...(journal === undefined ? {} : { journal }),
});
process.stdout.write(`${server.connectionString()}\n`);
