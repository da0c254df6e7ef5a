import { startPersonBroker, stopPersonBroker } from './person-broker.js';

const help = `Apache Kafka on this machine, from its official jars: needs Java 17, and Maven the first time.

  start   starts a broker on loopback, waits until it answers, and leaves it running
  stop    ends it; its data stays

Its folder is KINLEDGER_KAFKA_DIR, else .kinledger/kafka here.`;

async function main(command: string | undefined): Promise<void> {
  switch (command) {
    case 'start': {
      const { bootstrap } = await startPersonBroker();
      console.log(`Kafka answers on ${bootstrap}. "npm run kafka:stop" ends it.`);
      return;
    }
    case 'stop':
      console.log((await stopPersonBroker()) ? 'Kafka has stopped.' : 'No Kafka was running.');
      return;
    default:
      console.log(help);
      process.exitCode = command === undefined || command === '--help' ? 0 : 1;
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
