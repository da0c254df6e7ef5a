import { Option } from 'commander';

/** The option `--bus` of the launcher. */
export const busOption = (): Option =>
  new Option(
    '--bus <bus>',
    'message bus (default: what the home has, else postgres); brokers from KINLEDGER_KAFKA_BROKERS, else "npm run kafka:start"',
  ).choices(['postgres', 'kafka']);
