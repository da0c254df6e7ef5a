import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ServiceName } from '@kinledger/contracts';
import type { ConnectionUrls, RoleName } from '@kinledger/database';
import { runningBroker } from '@kinledger/kafka-broker';
import { z } from 'zod';
import { writePrivately, type Home } from './home.js';

/** The message bus of a home, for as long as its data lives: messages do not move from one to another. */
const homeBus = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('postgres') }),
  // Several homes may use one cluster, and a home that starts over must not find what it had before.
  z.strictObject({ kind: z.literal('kafka'), prefix: z.string().min(1) }),
]);
type HomeBus = z.infer<typeof homeBus>;

export type BusKind = HomeBus['kind'];

/** What a service needs to know of the bus. */
export type BusEnvironment = (service: ServiceName, urls: ConnectionUrls) => Readonly<Record<string, string>>;

/**
 * The bus that was asked for, else the one that the home has, else PostgreSQL.
 * @throws Error in a sentence when the home has another one, or when no Kafka broker is there.
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
  // Only now: a home that found no broker is still free to choose.
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

/** How to reach a person's own brokers; the services read the rest of them. */
const kafkaVariables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('KINLEDGER_KAFKA_') &&
        !['KINLEDGER_KAFKA_BROKERS', 'KINLEDGER_KAFKA_PREFIX', 'KINLEDGER_KAFKA_DIR'].includes(entry[0]),
    ),
  );

const roleOf = (service: ServiceName): RoleName => (service === 'reporting-api' ? 'reporting' : service);
