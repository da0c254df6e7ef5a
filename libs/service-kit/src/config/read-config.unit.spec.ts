import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { busConfig } from './bus-config.js';
import { commonConfig, eraserConfig, eventStoreConfig, platformConfig } from './fragments.js';
import { isConfigurationWrong, readConfig } from './read-config.js';
import { variable } from './variable.js';

const schema = {
  ...commonConfig,
  bus: busConfig,
  platform: platformConfig,
  batch: variable('KINLEDGER_BATCH', z.string().default('500').transform(Number), 'set it to a number'),
};

const right = {
  KINLEDGER_HTTP_PORT: '4310',
  KINLEDGER_BUS_URL: 'postgres://kinledger_linker:hidden@127.0.0.1:5432/kinledger_bus',
  KINLEDGER_PLATFORM_URL: 'postgresql://kinledger_linker:hidden@127.0.0.1:5432/kinledger_platform',
};

const wrong = (env: Record<string, string>): unknown => {
  try {
    readConfig(schema, env);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('readConfig', () => {
  it('reads the environment as one typed object, with defaults', () => {
    const config = readConfig(schema, right);
    expectTypeOf(config.http.port).toEqualTypeOf<number>();
    expect(config).toEqual({
      http: { host: '127.0.0.1', port: 4310, requestMs: 30_000 },
      log: { level: 'info' },
      shutdown: { graceMs: 20_000, drainMs: 0 },
      start: { patienceMs: 0 },
      bus: {
        kind: 'postgres',
        url: right.KINLEDGER_BUS_URL,
        kafka: { protocol: 'PLAINTEXT', mechanism: 'SCRAM-SHA-512' },
        stallMs: 300_000,
      },
      platform: { url: right.KINLEDGER_PLATFORM_URL },
      batch: 500,
    });
    expect(Object.isFrozen(config.http)).toBe(true);
  });

  it('lists every wrong variable at once, with what to do and without a value', () => {
    const error = wrong({
      KINLEDGER_HTTP_PORT: '99999',
      KINLEDGER_LOG_LEVEL: 'loud',
      KINLEDGER_BUS_URL: 'mysql://someone:sesame@127.0.0.1/bus',
    });
    expect(isConfigurationWrong(error) && error.problems.map(({ variable: name }) => name).sort()).toEqual([
      'KINLEDGER_BUS_URL',
      'KINLEDGER_HTTP_PORT',
      'KINLEDGER_LOG_LEVEL',
      'KINLEDGER_PLATFORM_URL',
    ]);
    const { message } = error as Error;
    expect(message).toContain('KINLEDGER_PLATFORM_URL is not set: set it to the postgres:// URL');
    expect(message).toContain('KINLEDGER_BUS_URL is not valid');
    expect(message).not.toMatch(/sesame|99999|loud/);
  });

  it('requires the address of KurrentDB and the eraser’s role if the ledger is in KurrentDB, and repeats neither', () => {
    const ledger = { eventStore: eventStoreConfig, eraser: eraserConfig };
    expect(readConfig(ledger, {})).toEqual({
      eventStore: { kind: 'postgres', kurrentDbUrl: undefined },
      eraser: { url: undefined },
    });
    const chosen = { KINLEDGER_EVENT_STORE: 'kurrentdb' };
    const problemsOf = (env: Record<string, string>) => {
      try {
        readConfig(ledger, env);
        return [];
      } catch (error) {
        expect((error as Error).message).not.toContain('sesame');
        return isConfigurationWrong(error) ? error.problems.map(({ variable: name }) => name) : [error];
      }
    };
    expect(problemsOf(chosen)).toEqual(['KINLEDGER_KURRENTDB_URL', 'KINLEDGER_ERASER_URL']);
    const eraser = {
      KINLEDGER_ERASER_URL: 'postgres://kinledger_eraser:sesame@127.0.0.1/kinledger_platform',
    };
    expect(problemsOf({ ...chosen, ...eraser, KINLEDGER_KURRENTDB_URL: 'http://linker:sesame@db' })).toEqual([
      'KINLEDGER_KURRENTDB_URL',
    ]);
    const url = 'kurrentdb://linker:sesame@db:2113';
    expect(readConfig(ledger, { ...chosen, ...eraser, KINLEDGER_KURRENTDB_URL: url }).eventStore).toEqual({
      kind: 'kurrentdb',
      kurrentDbUrl: url,
    });
  });

  it('treats an empty variable as absent', () => {
    expect(readConfig(schema, { ...right, KINLEDGER_LOG_LEVEL: '' }).log.level).toBe('info');
    expect(isConfigurationWrong(wrong({ ...right, KINLEDGER_BUS_URL: '' }))).toBe(true);
  });

  it('requires the variables of the chosen bus, and those of its protocol', () => {
    const { KINLEDGER_BUS_URL: _, ...rest } = right;
    const missing = (env: Record<string, string>) => {
      const error = wrong(env);
      return isConfigurationWrong(error) ? error.problems.map(({ variable: name }) => name).sort() : [];
    };
    const kafka = { ...rest, KINLEDGER_BUS: 'kafka' };
    expect(missing(rest)).toEqual(['KINLEDGER_BUS_URL']);
    expect(missing(kafka)).toEqual(['KINLEDGER_KAFKA_BROKERS']);
    const brokers = { ...kafka, KINLEDGER_KAFKA_BROKERS: 'a:9092, [::1]:9093' };
    expect(readConfig(schema, brokers).bus.kafka.brokers).toEqual(['a:9092', '[::1]:9093']);
    expect(missing({ ...brokers, KINLEDGER_KAFKA_BROKERS: 'a:9092,b' })).toEqual(['KINLEDGER_KAFKA_BROKERS']);
    expect(missing({ ...brokers, KINLEDGER_KAFKA_PROTOCOL: 'SASL_SSL' })).toEqual([
      'KINLEDGER_KAFKA_PASSWORD_FILE',
      'KINLEDGER_KAFKA_USERNAME',
    ]);
  });
});
