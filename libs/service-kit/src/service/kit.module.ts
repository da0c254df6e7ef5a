import { Logger, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { AccessGuard } from '../access/access.guard.js';
import { Accounts } from '../access/accounts.js';
import { Sessions } from '../access/sessions.js';
import { HealthController } from '../health/health.controller.js';
import { Health } from '../health/health.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemFilter } from '../problem/problem.filter.js';
import { validationPipe } from '../problem/validation.js';

export interface KitOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly access: { readonly file: string } | undefined;
}

const ACCOUNTS = Symbol('kinledger accounts');

/**
 * What every service has: problems, validation, access, health, metrics. `Health`, `Metrics` and `Sessions` are
 * injectable anywhere.
 */
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
    { provide: ACCOUNTS, useFactory: () => (access === undefined ? undefined : accountsOf(access.file)) },
    {
      provide: Sessions,
      inject: [{ token: ACCOUNTS, optional: true }],
      useFactory: (accounts?: Accounts) => new Sessions(accounts),
    },
    {
      provide: AccessGuard,
      inject: [Reflector, Sessions, { token: ACCOUNTS, optional: true }],
      useFactory: (reflector: Reflector, sessions: Sessions, accounts?: Accounts) =>
        new AccessGuard(reflector, accounts, sessions),
    },
  ],
  exports: [Health, Metrics, Sessions],
});

function accountsOf(file: string): Accounts {
  const logger = new Logger('access');
  return new Accounts(file, (reason) => logger.error({ reason }, 'nobody is let in: mend the access file'));
}
