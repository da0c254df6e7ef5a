import { setTimeout as pause } from 'node:timers/promises';
import { isConfigurationWrong } from '../config/read-config.js';
import type { ConfigSchema } from '../config/variable.js';
import { createLogger } from '../logging/logger.js';
import { startTracing, type Tracing } from '../telemetry/tracing.js';
import { createService, type Service, type ServiceOptions } from './create-service.js';

/** The message of a service to its parent process, if it has an IPC channel, once it listens. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
}

/** A service that is told to stop while it starts may finish starting for this long. */
const START_ENDS_WITHIN_MS = 5_000;

/**
 * The whole of a service's `main.ts`: starts it, notifies the parent process, and stops it on SIGTERM, SIGINT or when
 * the parent process ends: it is no longer ready, answers for as long as load balancers may need to notice, and then
 * finishes its work in progress within the grace period; otherwise the process exits with 1. An unhandled error is logged
 * and exits with 1, so that a supervisor restarts the process.
 */
export async function runService<const C extends ConfigSchema>(options: ServiceOptions<C>): Promise<void> {
  const bootLogger = createLogger({ service: options.name, level: 'info' });
  const crash = (error: unknown) => {
    bootLogger.fatal({ err: error }, 'an error was not handled');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  // A signal during the start is remembered.
  let service: Service | undefined;
  let tracing: Tracing | undefined;
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) return;
    stopping = true;
    if (service !== undefined) return void end(service, tracing, why);
    // It has no work in progress, and may wait long for its database.
    setTimeout(() => {
      if (service === undefined) process.exit(0);
    }, START_ENDS_WITHIN_MS).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  process.on('disconnect', () => stop('the parent process has ended'));

  try {
    tracing = await startTracing(options.name, () =>
      bootLogger.warn('traces cannot be sent; the service works on without them'),
    );
    service = await createService(options);
  } catch (error) {
    const problems = isConfigurationWrong(error) ? error.problems : undefined;
    bootLogger.fatal({ err: error, problems }, 'cannot start');
    process.exit(1);
  }
  if (stopping as boolean) return end(service, tracing, 'told to stop while starting');
  service.logger.info({ url: service.url }, 'ready');
  process.send?.({ type: 'ready', url: service.url } satisfies ReadyMessage);
}

async function end(service: Service, tracing: Tracing | undefined, why: string): Promise<void> {
  service.health.beginStopping();
  service.logger.info({ why }, 'stopping');
  await pause(service.drainMs);
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
