import { parseArgs } from 'node:util';
import { startPersonBrokers, stopPersonBrokers } from './person-broker.js';

const help = `Apache Kafka on this machine, from its official jars: needs Java 17, and Maven the first time.

  start [--brokers 3]   starts a broker on loopback, or three that are one cluster, waits until they answer, and leaves
                        them running
  stop                  ends them; their data stays

Its folder is KINLEDGER_KAFKA_DIR, else .kinledger/kafka here.`;

async function main(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { brokers: { type: 'string' }, help: { type: 'boolean' } },
  });
  const command = values.help === true ? undefined : positionals[0];
  switch (command) {
    case 'start': {
      const { brokers } = values;
      if (brokers !== undefined && !/^[1-5]$/.test(brokers))
        throw new Error('--brokers is a number from 1 to 5');
      const { bootstrap } = await startPersonBrokers(brokers === undefined ? undefined : Number(brokers));
      console.log(`Kafka answers on ${bootstrap}. "npm run kafka:stop" ends it.`);
      return;
    }
    case 'stop':
      console.log((await stopPersonBrokers()) ? 'Kafka has stopped.' : 'No Kafka was running.');
      return;
    default:
      console.log(help);
      process.exitCode = command === undefined ? 0 : 1;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
