import { isStoreUnreachable } from '@kinledger/event-store';
import { FailureLog, Metrics } from '@kinledger/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { CheckpointObserver } from './checkpoint-signer.js';
import { isCheckpointRefused } from './checkpoint-refused.js';

/** Metrics of signing: the size of the last checkpoint, and how long events have waited for one. */
@Injectable()
export class CheckpointMetrics implements CheckpointObserver {
  #size = 0;
  #signedAt: number | undefined;
  #grown = 0;
  /** Since when there have been unsigned events. */
  #waitsSince: number | undefined;
  /** Since when copying to the folder has failed. */
  #copiesWaitSince: number | undefined;
  #refused = false;
  readonly #failures;
  readonly #log;

  constructor(@Inject(Metrics) metrics: Metrics, logger: PinoLogger) {
    this.#log = new FailureLog({
      logger,
      failed: 'a checkpoint could not be signed or copied; retrying',
      over: 'the whole ledger is signed again',
      isToldElsewhere: isStoreUnreachable,
    });
    this.#failures = metrics.counter({
      name: 'kinledger_linker_checkpoint_failures_total',
      help: 'Failures to sign or copy a checkpoint, each of which was retried.',
    });
    const gauge = (name: `kinledger_linker_${string}`, help: string, value: () => number) =>
      metrics.gauge({ name, help, collect: (its) => its.set(value()) });
    gauge(
      'kinledger_linker_checkpoint_size',
      'Events that the last checkpoint covers, 0 if there is none.',
      () => this.#size,
    );
    gauge(
      'kinledger_linker_checkpoint_age_seconds',
      'Time since the last checkpoint was signed; NaN if there is none.',
      () => secondsSince(this.#signedAt) ?? Number.NaN,
    );
    gauge(
      'kinledger_linker_checkpoint_waiting_seconds',
      'Time for which decided events of this writer have waited for a checkpoint; 0 if none waits.',
      () => secondsSince(this.#waitsSince) ?? 0,
    );
    gauge(
      'kinledger_linker_checkpoint_copies_waiting_seconds',
      'Time for which checkpoints could not be copied to the operator’s folder; 0 while they can.',
      () => secondsSince(this.#copiesWaitSince) ?? 0,
    );
    gauge(
      'kinledger_linker_checkpoint_refused',
      '1 while nothing is signed because an earlier checkpoint contradicts the ledger.',
      () => (this.#refused ? 1 : 0),
    );
  }

  grown(size: number): void {
    this.#grown = size;
    if (size > this.#size) this.#waitsSince ??= Date.now();
  }

  signed(size: number, at: Date): void {
    this.#size = size;
    this.#signedAt = at.getTime();
    if (size >= this.#grown) this.#waitsSince = undefined;
  }

  failed(error: unknown): void {
    this.#refused = isCheckpointRefused(error);
    this.#failures.inc();
    this.#log.failed(error);
  }

  copied(isComplete: boolean): void {
    if (isComplete) this.#copiesWaitSince = undefined;
    else this.#copiesWaitSince ??= Date.now();
  }

  caughtUp(): void {
    this.#refused = false;
    this.#log.over();
  }
}

const secondsSince = (instant: number | undefined): number | undefined =>
  instant === undefined ? undefined : Math.max(0, (Date.now() - instant) / 1000);
