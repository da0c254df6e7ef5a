import { brokerAddress } from '@kinledger/message-bus';
import { z } from 'zod';
import { file, postgresUrl, refuseMissingPasswordFile } from './fragments.js';
import { variable, type ConfigOf, type Environment } from './variable.js';

const isKafka = (env: Environment) => env['KINLEDGER_BUS'] === 'kafka';
const usesSasl = (env: Environment) => (env['KINLEDGER_KAFKA_PROTOCOL'] ?? '').startsWith('SASL_');

const brokers = z
  .string()
  .transform((text) => text.split(',').map((broker) => broker.trim()))
  .pipe(z.array(z.string().refine(isBrokerAddress)).min(1))
  .optional();

function isBrokerAddress(text: string): boolean {
  try {
    brokerAddress(text);
    return true;
  } catch {
    return false;
  }
}

const wholeSeconds = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .pipe(z.string().regex(/^[1-9]\d{0,5}$/))
    .transform((seconds) => Number(seconds) * 1000);

/** Refuses a missing variable under a condition. */
const neededWhen =
  (needed: (env: Environment) => boolean, what: string) =>
  (value: unknown, env: Environment): string | undefined =>
    value === undefined && needed(env) ? `is not set: ${what}` : undefined;

const busUrl = "set it to the postgres:// URL of the message bus database, with the service's own role";
const brokerList = 'set it to host:port of some Kafka brokers, separated by commas';
const username = "set it to the service's own user of Kafka";
const passwordFile = 'set it to a file that holds the password of KINLEDGER_KAFKA_USERNAME';

/** The message bus: PostgreSQL unless KINLEDGER_BUS is kafka. */
export const busConfig = {
  kind: variable(
    'KINLEDGER_BUS',
    z.enum(['postgres', 'kafka']).default('postgres'),
    'set it to postgres or kafka',
  ),
  url: variable(
    'KINLEDGER_BUS_URL',
    postgresUrl.optional(),
    busUrl,
    (url, env) => neededWhen((each) => !isKafka(each), busUrl)(url, env) ?? refuseMissingPasswordFile(url),
  ),
  kafka: {
    brokers: variable('KINLEDGER_KAFKA_BROKERS', brokers, brokerList, neededWhen(isKafka, brokerList)),
    /** Kafka's own names. */
    protocol: variable(
      'KINLEDGER_KAFKA_PROTOCOL',
      z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']).default('PLAINTEXT'),
      'set it to PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL',
    ),
    mechanism: variable(
      'KINLEDGER_KAFKA_SASL_MECHANISM',
      z.enum(['SCRAM-SHA-256', 'SCRAM-SHA-512']).default('SCRAM-SHA-512'),
      'set it to SCRAM-SHA-512 or SCRAM-SHA-256',
    ),
    username: variable(
      'KINLEDGER_KAFKA_USERNAME',
      z.string().optional(),
      username,
      neededWhen((env) => isKafka(env) && usesSasl(env), username),
    ),
    passwordFile: variable(
      'KINLEDGER_KAFKA_PASSWORD_FILE',
      file.optional(),
      passwordFile,
      neededWhen((env) => isKafka(env) && usesSasl(env), passwordFile),
    ),
    /** CA certificates for the brokers; by default the system's authorities. */
    caFile: variable('KINLEDGER_KAFKA_CA_FILE', file.optional(), 'set it to a file with certificates (PEM)'),
    /** With its key, authenticates the service (mTLS). */
    certificateFile: variable(
      'KINLEDGER_KAFKA_CERT_FILE',
      file.optional(),
      "set it to a file with the service's certificate (PEM)",
    ),
    keyFile: variable(
      'KINLEDGER_KAFKA_KEY_FILE',
      file.optional(),
      'set it to a file with the key of the certificate (PEM)',
      neededWhen(
        (env) => (env['KINLEDGER_KAFKA_CERT_FILE'] ?? '') !== '',
        'set it to a file with the key of the certificate (PEM)',
      ),
    ),
    /** Prefix of the names of all topics and groups, if installations share a cluster. */
    prefix: variable(
      'KINLEDGER_KAFKA_PREFIX',
      z
        .string()
        .regex(/^[A-Za-z0-9._-]{0,60}$/)
        .optional(),
      'set it to letters, digits, dots and dashes',
    ),
    /** Replicas of each partition of topics that are created; by default the brokers' setting. */
    replicas: variable(
      'KINLEDGER_KAFKA_REPLICAS',
      z
        .string()
        .regex(/^[1-9]$/)
        .transform(Number)
        .optional(),
      'set it to the number of replicas of each partition, from 1 to 9',
    ),
  },
  /** A consumer that has messages to read, but neither progresses nor fails for this time, counts as stalled. */
  stallMs: variable('KINLEDGER_STALL_SECONDS', wholeSeconds(300), 'set it to a number of seconds'),
};

export type BusConfig = ConfigOf<typeof busConfig>;
