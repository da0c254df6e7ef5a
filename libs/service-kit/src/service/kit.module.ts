import type { DynamicModule, Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { AccessGuard } from '../access/access.guard.js';
import type { Identity } from '../access/identity.js';
import { Sessions } from '../access/sessions.js';
import { HealthController } from '../health/health.controller.js';
import { Health } from '../health/health.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { Metrics } from '../metrics/metrics.js';
import { START_PATIENCE } from '../persistence/pool.module.js';
import { ProblemFilter } from '../problem/problem.filter.js';
import { validationPipe } from '../problem/validation.js';
import { Shutdown } from './shutdown.js';

export interface KitOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
  readonly identity: Identity;
  /** How long a starting service waits for its databases. */
  readonly startPatienceMs: number;
  /** In addition to those that every service has. */
  readonly controllers: readonly Type[];
}

/**
 * Provides what every service has: problems, validation, access, health and metrics. `Health`, `Metrics`, `Sessions`
 * and `Shutdown` are injectable everywhere.
 */
class KitModule {}

export const kitModule = ({
  health,
  metrics,
  shutdown,
  identity,
  startPatienceMs,
  controllers,
}: KitOptions): DynamicModule => ({
  module: KitModule,
  global: true,
  controllers: [HealthController, MetricsController, ...controllers],
  providers: [
    { provide: Health, useValue: health },
    { provide: Metrics, useValue: metrics },
    { provide: Shutdown, useValue: shutdown },
    { provide: START_PATIENCE, useValue: startPatienceMs },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: validationPipe },
    // Also provided under its own name: the body parsers ask it for admission before Nest does.
    { provide: APP_GUARD, useExisting: AccessGuard },
    { provide: Sessions, useFactory: () => new Sessions(identity) },
    {
      provide: AccessGuard,
      inject: [Reflector, Sessions],
      useFactory: (reflector: Reflector, sessions: Sessions) =>
        new AccessGuard(reflector, identity, sessions),
    },
  ],
  exports: [Health, Metrics, Sessions, Shutdown, START_PATIENCE],
});
