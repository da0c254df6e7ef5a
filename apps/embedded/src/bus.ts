import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ServiceName } from '@kinledger/contracts';
import type { ConnectionUrls, RoleName } from '@kinledger/database';
import { runningBroker } from '@kinledger/kafka-broker';
import { z } from 'zod';
import { writePrivately, type Home } from './home.js';

/** The message bus of a home. Fixed while the home has data, because messages cannot move to another bus. */
const homeBus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('postgres') }),
  // A prefix, because several homes may share a cluster, and a home that starts over must not see its old messages.
  z.strictObject({ kind: z.literal('kafka'), prefix: z.string().min(1) }),
]);
type HomeBus = z.infer<typeof homeBus>;

export type BusKind = HomeBus['kind'];

/** The bus settings of a service, as environment variables. */
export type BusEnvironment = (service: ServiceName, urls: ConnectionUrls) => Readonly<Record<string, string>>;

/**
 * Chooses the requested bus, else the one that the home has, else PostgreSQL.
 * @throws Error if the home has another bus, or no Kafka broker answers.
 */
export async function chooseBus(home: Home, asked: BusKind | undefined): Promise<BusEnvironment> {
  const bus = busOf(home, asked);
  if (bus.kind === 'postgres') {
    remember(home, bus);
    return (service, urls) => ({ KINLEDGER_BUS_URL: urls.url('bus', roleOf(service)) });
  }
  const environment = {
    KINLEDGER_BUS: 'kafka',
    KINLEDGER_KAFKA_BROKERS: await brokers(),
    KINLEDGER_KAFKA_PREFIX: bus.prefix,
    ...kafkaVariables(),
  };
  // Only now, so that a home without a broker may still choose another bus.
  remember(home, bus);
  return () => environment;
}

const remember = (home: Home, bus: HomeBus): void => writePrivately(home.busFile, `${JSON.stringify(bus)}\n`);

function busOf(home: Home, asked: BusKind | undefined): HomeBus {
  const held = existsSync(home.busFile)
    ? homeBus.parse(JSON.parse(readFileSync(home.busFile, 'utf8')))
    : undefined;
  if (held !== undefined) {
    if (asked === undefined || asked === held.kind) return held;
    throw new Error(
      `${home.directory} has its messages on ${held.kind}: leave --bus out, or start over with --fresh`,
    );
  }
  return asked === 'kafka'
    ? { kind: 'kafka', prefix: `home-${randomBytes(4).toString('hex')}.` }
    : { kind: 'postgres' };
}

async function brokers(): Promise<string> {
  const given = process.env['KINLEDGER_KAFKA_BROKERS'] ?? '';
  if (given !== '') return given;
  const running = await runningBroker();
  if (running !== undefined) return running.bootstrap;
  throw new Error(
    'no Kafka broker runs here: start one with "npm run kafka:start", or name one in KINLEDGER_KAFKA_BROKERS',
  );
}

/** The user's settings for their own brokers, which the services read. */
const kafkaVariables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('KINLEDGER_KAFKA_') &&
        !['KINLEDGER_KAFKA_BROKERS', 'KINLEDGER_KAFKA_PREFIX', 'KINLEDGER_KAFKA_DIR'].includes(entry[0]),
    ),
  );

const roleOf = (service: ServiceName): RoleName => (service === 'reporting-api' ? 'reporting' : service);
