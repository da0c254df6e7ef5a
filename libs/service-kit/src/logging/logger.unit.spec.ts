import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger as NestLogger } from 'nestjs-pino';
import { describe, expect, it } from 'vitest';
import { createLogger, loggerModule } from './logger.js';

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
