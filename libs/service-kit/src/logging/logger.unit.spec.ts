import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { NestFactory } from '@nestjs/core';
import { Logger as NestLogger } from 'nestjs-pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, loggerModule, quietNest } from './logger.js';

@Module({})
class Nothing {}

const refused = Object.assign(new Error('new row for relation "record" violates check constraint "canary"'), {
  severity: 'ERROR',
  code: '23514',
  detail: 'Failing row contains (46c649c9, 9997318463).',
  where: 'COPY record, line 1: "9997318463"',
  table: 'record',
});

describe('a log line of an error', () => {
  it('contains no row value, whichever logger wrote it', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      service: 'test',
      level: 'trace',
      destination: { write: (line: string) => void lines.push(line) },
    });
    const app = await NestFactory.createApplicationContext({
      module: Nothing,
      imports: [loggerModule(logger)],
    });
    app.useLogger(app.get(NestLogger));
    lines.length = 0;
    logger.error({ err: refused }, 'ours');
    new Logger('slice').error({ err: new Error('stopped', { cause: refused }) }, 'Nest’s');
    new Logger('slice').error(refused);
    await app.close();
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toContain('violates check constraint');
      expect(line).not.toMatch(/9997318463|46c649c9/);
    }
  });
});

describe('Nest’s loggers', () => {
  it('tell of Nest’s own modules and routes at debug, and of everything else as it was told', () => {
    const lines: string[] = [];
    const at = (level: string) => (message: unknown) => void lines.push(`${level} ${String(message)}`);
    const levels = ['log', 'error', 'warn', 'debug', 'verbose', 'fatal'] as const;
    const logger = Object.fromEntries(levels.map((level) => [level, at(level)])) as never;
    const quiet = quietNest(logger);
    quiet.log('Mapped {/v1/uploads, POST} route', 'RouterExplorer');
    quiet.error('no such module', 'InstanceLoader');
    for (const level of levels) quiet[level]?.('ours', 'slice');
    expect(lines).toEqual([
      'debug Mapped {/v1/uploads, POST} route',
      'error no such module',
      ...levels.map((level) => `${level} ours`),
    ]);
  });
});

describe('a log line within a span', () => {
  const contexts = new AsyncLocalStorageContextManager();
  beforeAll(() => context.setGlobalContextManager(contexts));
  afterAll(() => context.disable());

  it('has the ids of the trace and span, and one outside has none', () => {
    const lines: object[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as object) };
    const logger = createLogger({ service: 'test', level: 'info', destination });
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => logger.info('inside'));
    logger.info('outside');
    expect(lines).toMatchObject([{ trace_id: span.traceId, span_id: span.spanId }, { msg: 'outside' }]);
    expect(lines[1]).not.toHaveProperty('trace_id');
  });
});
