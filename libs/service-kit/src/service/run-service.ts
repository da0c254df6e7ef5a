import { isConfigurationWrong } from '../config/read-config.js';
import type { ConfigSchema } from '../config/variable.js';
import { createLogger } from '../logging/logger.js';
import { startTracing, type Tracing } from '../telemetry/tracing.js';
import { createService, type Service, type ServiceOptions } from './create-service.js';

/** What a service tells its parent, where it was started with an IPC channel, once it listens. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
}

/**
 * The whole of a service's `main.ts`: boots it, tells the parent process, and ends it on SIGTERM, SIGINT or when the
 * parent is gone. What is in hand is finished within the grace period; then the process exits 1. An error that nobody
 * handled is logged and ends the process with 1: a supervisor starts it afresh.
 */
export async function runService<const C extends ConfigSchema>(options: ServiceOptions<C>): Promise<void> {
  const bootLogger = createLogger({ service: options.name, level: 'info' });
  const crash = (error: unknown, what: string) => {
    bootLogger.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => crash(error, 'an error that nobody handled'));
  process.on('unhandledRejection', (error) => crash(error, 'a rejection that nobody handled'));

  // A signal may come while we boot: it is remembered.
  let service: Service | undefined;
  let tracing: Tracing | undefined;
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) return;
    stopping = true;
    if (service !== undefined) void end(service, tracing, why);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  process.on('disconnect', () => stop('the parent process is gone'));

  try {
    tracing = await startTracing(options.name);
    service = await createService(options);
  } catch (error) {
    if (isConfigurationWrong(error)) bootLogger.fatal({ problems: error.problems }, error.message);
    else
      bootLogger.fatal(
        { err: error },
        error instanceof Error ? `cannot start: ${error.message}` : 'cannot start',
      );
    process.exit(1);
  }
  if (stopping as boolean) return end(service, tracing, 'asked to stop while starting');
  service.logger.info({ url: service.url }, 'ready');
  process.send?.({ type: 'ready', url: service.url } satisfies ReadyMessage);
}

async function end(service: Service, tracing: Tracing | undefined, why: string): Promise<void> {
  service.logger.info({ why }, 'stopping');
  const timer = setTimeout(() => {
    service.logger.error('did not stop within the grace period');
    process.exit(1);
  }, service.graceMs);
  timer.unref();
  try {
    await service.close();
    await tracing?.stop();
  } catch (error) {
    service.logger.error({ err: error }, 'did not stop cleanly');
    process.exit(1);
  }
  service.logger.info('stopped');
  process.exit(0);
}
