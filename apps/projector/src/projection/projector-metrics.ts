import { rowOutcomes } from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import { FileLag, type Metrics } from '@kinledger/service-kit';
import { singleFlight } from '@kinledger/waiting';
import type pg from 'pg';
import type { LiveProjection } from './live-projection.js';
import type { AppliedDecisions } from './project-ledger.js';

interface Checkpoint {
  readonly position: number;
  /** Time since the read models were last at the ledger's end. */
  readonly behind: number;
}

/** How many pairs of records wait for a review, and since when the oldest does. */
interface ReviewsStanding {
  readonly waiting: number;
  readonly hidden: number;
  readonly oldest: string | null;
}

/** Metrics of the live projection: its progress, its lag, and the rows of each data set by outcome. */
export class ProjectorMetrics {
  readonly #metrics: Metrics;
  readonly #lag: FileLag;
  readonly #position;
  readonly #decisions;
  readonly #failures;
  readonly #rows;

  /** @param datasets those of the programme. */
  constructor(metrics: Metrics, datasets: readonly string[]) {
    this.#metrics = metrics;
    this.#lag = new FileLag(metrics, 'in-figures');
    this.#position = metrics.gauge({
      name: 'kinledger_projector_position',
      help: 'Last ledger position in the live read models.',
    });
    this.#decisions = metrics.counter({
      name: 'kinledger_projector_decisions_total',
      help: 'Decisions applied to the live read models.',
    });
    this.#failures = metrics.counter({
      name: 'kinledger_projector_failures_total',
      help: 'Failures of the live projection; it goes on from its checkpoint after each.',
    });
    this.#rows = metrics.counter({
      name: 'kinledger_linked_rows_total',
      help: 'Rows of linked submissions whose decisions are in the live read models, by outcome.',
      labels: ['dataset', 'outcome'],
    });
    // Prometheus sees the first file of a quarter as an increase only if the counters start at 0.
    for (const dataset of datasets)
      for (const outcome of Object.keys(rowOutcomes.shape)) this.#rows.inc({ dataset, outcome }, 0);
  }

  applied({ position, decisions, linked }: AppliedDecisions): void {
    this.#position.set(position);
    this.#decisions.inc(decisions);
    for (const { dataset, acceptedAt, outcomes } of linked) {
      this.#lag.reached(acceptedAt);
      for (const [outcome, rows] of Object.entries(outcomes)) this.#rows.inc({ dataset, outcome }, rows);
    }
  }

  failed(): void {
    this.#failures.inc();
  }

  /** Adds how much waits for a review, determined at each scrape. */
  watchReviews(standingOf: () => Promise<ReviewsStanding>): void {
    const standing = singleFlight(standingOf);
    this.#metrics.gauge({
      name: 'kinledger_projector_reviews',
      help: 'Pairs of records that wait for a review, and those that are never shown because a dataset is sensitive.',
      labels: ['what'],
      collect: async (gauge) => {
        const { waiting, hidden } = await standing();
        gauge.set({ what: 'waiting' }, waiting);
        gauge.set({ what: 'hidden' }, hidden);
      },
    });
    this.#metrics.gauge({
      name: 'kinledger_projector_oldest_review_seconds',
      help: 'Time since the oldest pair that waits for a review was referred; 0 if none waits.',
      collect: async (gauge) => {
        const { oldest } = await standing();
        gauge.set(oldest === null ? 0 : Math.max(0, (Date.now() - Date.parse(oldest)) / 1000));
      },
    });
  }

  /** Adds what is determined at each scrape. */
  watch(live: LiveProjection, pool: pg.Pool, head: () => ReturnType<EventStore['head']>): void {
    this.#metrics.gauge({
      name: 'kinledger_projector_writer',
      help: '1 when this process writes the live read models, 0 when it stands by.',
      collect: (gauge) => gauge.set(live.isWriter ? 1 : 0),
    });
    this.#metrics.gauge({
      name: 'kinledger_projector_halted',
      help: '1 when a person must look before it projects on.',
      collect: (gauge) => gauge.set(live.haltedBy === undefined ? 0 : 1),
    });
    const lacking = singleFlight(async () => {
      const { rows } = await pool.query<Checkpoint>(
        `SELECT position::float8 AS position, extract(epoch FROM clock_timestamp() - current_at)::float8 AS behind
         FROM golden.checkpoint, operations.projection`,
      );
      const [checkpoint] = rows;
      return { events: (await head()) - (checkpoint?.position ?? -1), seconds: checkpoint?.behind ?? 0 };
    });
    this.#metrics.gauge({
      name: 'kinledger_projector_lag_events',
      help: 'Events of the ledger that the live read models lack.',
      collect: async (gauge) => gauge.set((await lacking()).events),
    });
    this.#metrics.gauge({
      name: 'kinledger_projector_lag_seconds',
      help: 'Time since the live read models were last at the ledger’s end, within 10 s; 0 while they lack no event.',
      collect: async (gauge) => {
        const { events, seconds } = await lacking();
        gauge.set(events > 0 ? seconds : 0);
      },
    });
  }
}
