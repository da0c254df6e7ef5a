import { within } from '@kinledger/waiting';
import { Injectable } from '@nestjs/common';

/** Resolves if the dependency is usable; rejects with the reason. */
export type ReadinessCheck = () => Promise<void>;

/**
 * Why the process should be restarted, for the log; undefined while it works. Makes no calls, so that it answers at
 * once.
 */
export type LivenessCheck = () => string | undefined;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

const CHECK_TIMEOUT_MS = 3000;

/** Readiness and liveness of the service. Its parts register their checks by name. */
@Injectable()
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();
  readonly #livenessChecks = new Map<string, LivenessCheck>();
  #stops = false;

  /** Adds a check, e.g. `health.register('platform-database', () => …)`. A duplicate name is a bug. */
  register(name: string, check: ReadinessCheck): void {
    if (this.#checks.has(name)) throw new Error(`a readiness check named "${name}" exists already`);
    this.#checks.set(name, check);
  }

  /** Adds a check for a fault that only a restart can fix, e.g. a consumer that stalls without a failure. */
  registerLiveness(name: string, check: LivenessCheck): void {
    if (this.#livenessChecks.has(name)) throw new Error(`a liveness check named "${name}" exists already`);
    this.#livenessChecks.set(name, check);
  }

  liveness(): { readonly live: boolean; readonly checks: Readiness['checks'] } {
    const results = [...this.#livenessChecks].map(
      ([name, check]) => [name, check() === undefined ? 'up' : 'down'] as const,
    );
    return { live: results.every(([, state]) => state === 'up'), checks: Object.fromEntries(results) };
  }

  /** Makes the service not ready, so that a load balancer removes it before it closes. */
  beginStopping(): void {
    this.#stops = true;
  }

  get stopping(): boolean {
    return this.#stops;
  }

  /**
   * Runs all checks concurrently. A check that does not answer within three seconds is down. Reasons are not exposed.
   */
  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    return {
      ready: !this.#stops && results.every(([, state]) => state === 'up'),
      checks: Object.fromEntries(results),
    };
  }
}

async function outcome(check: ReadinessCheck): Promise<'up' | 'down'> {
  try {
    await within(CHECK_TIMEOUT_MS, check());
    return 'up';
  } catch {
    return 'down';
  }
}
