import type { DynamicModule, LoggerService } from '@nestjs/common';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { LoggerModule } from 'nestjs-pino';
import { pino, type DestinationStream, type Level, type Logger } from 'pino';
import { serializeError } from './error-serializer.js';

export interface LoggerOptions {
  readonly service: string;
  readonly level: Level | 'silent';
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines on standard output. Errors are serialised without row values; no line contains a header, body or query.
 */
export const createLogger = ({ service, level, destination }: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => serializeError(error) },
      mixin: traceOf,
      // A safety net for code that logs an object of a request.
      redact: {
        paths: ['*.authorization', '*.headers', '*.body', '*.query', 'headers', 'body', 'query'],
        censor: '[withheld]',
      },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );

/** With what a line is found among the traces: the ids of the span in which it is written, if there is one. */
function traceOf(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span)
    ? { trace_id: span.traceId, span_id: span.spanId }
    : {};
}

/**
 * Nest's loggers write through ours; within a request each line has its id. Requests themselves are logged elsewhere.
 * pino-http would prepend its own serialisers, which copy every property of an error, including PostgreSQL's detail,
 * which repeats the row.
 */
export const loggerModule = (logger: Logger): DynamicModule =>
  LoggerModule.forRoot({
    pinoHttp: {
      logger,
      autoLogging: false,
      quietReqLogger: true,
      wrapSerializers: false,
      serializers: {
        err: (error: unknown) => serializeError(error),
        // pino-http makes a logger for each request, which would otherwise serialise everything attached to it:
        // sockets, buffers.
        req: () => undefined,
        res: () => undefined,
      },
      customAttributeKeys: { reqId: 'requestId' },
      genReqId: (request) => request.id,
    },
  });

/** Parts of Nest that tell at every start which modules and routes they found. */
const framework = new Set([
  ...['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer'],
  ...['NestApplication', 'NestMicroservice'],
]);

/** Nest's loggers, with what Nest tells of itself at `debug`. */
export const quietNest = (logger: LoggerService): LoggerService => ({
  log: (message: unknown, ...rest: unknown[]): void => {
    if (framework.has(String(rest.at(-1)))) logger.debug?.(message, ...rest);
    else logger.log(message, ...rest);
  },
  error: (message: unknown, ...rest: unknown[]): void => void logger.error(message, ...rest),
  warn: (message: unknown, ...rest: unknown[]): void => void logger.warn(message, ...rest),
  debug: (message: unknown, ...rest: unknown[]): void => void logger.debug?.(message, ...rest),
  verbose: (message: unknown, ...rest: unknown[]): void => void logger.verbose?.(message, ...rest),
  fatal: (message: unknown, ...rest: unknown[]): void => void logger.fatal?.(message, ...rest),
});
