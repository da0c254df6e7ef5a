import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { AccessGuard } from '../access/access.guard.js';
import { Accounts } from '../access/accounts.js';
import { HealthController } from '../health/health.controller.js';
import { Health } from '../health/health.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemFilter } from '../problem/problem.filter.js';
import { validationPipe } from '../problem/validation.js';

export interface KitOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly access: { readonly file: string; readonly anonymousRole?: 'reader' | undefined } | undefined;
}

/** What every service has: problems, validation, access, health, metrics. `Health` and `Metrics` are injectable anywhere. */
class KitModule {}

export const kitModule = ({ health, metrics, access }: KitOptions): DynamicModule => ({
  module: KitModule,
  global: true,
  controllers: [HealthController, MetricsController],
  providers: [
    { provide: Health, useValue: health },
    { provide: Metrics, useValue: metrics },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: validationPipe },
    // Under a name of its own too: bodies are admitted by it before Nest would ask it.
    { provide: APP_GUARD, useExisting: AccessGuard },
    {
      provide: AccessGuard,
      inject: [Reflector],
      useFactory: (reflector: Reflector) =>
        new AccessGuard(
          reflector,
          access === undefined ? undefined : new Accounts(access.file),
          access?.anonymousRole,
        ),
    },
  ],
  exports: [Health, Metrics],
});
