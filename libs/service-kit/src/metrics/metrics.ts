import { singleFlight, within } from '@kinledger/waiting';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

interface Definition<Label extends string> {
  /** `kinledger_` and snake case; units at the end, e.g. `kinledger_rows_accepted_total`. */
  readonly name: `kinledger_${string}`;
  readonly help: string;
  /** Label names. Labels are few and bounded: dataset, state, rule; never a key, a token or an id. */
  readonly labels?: readonly Label[];
}

/** Less than what Prometheus waits for a scrape, so that a source that hangs costs its own metric only. */
const COLLECT_WITHIN_MS = 2_000;
/** Less than that, so that the answer "away" is in time. */
const ANSWER_WITHIN_MS = 1_500;

/** One line of a gauge: its labels, and what determines its value at a scrape. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly read: () => number | Promise<number>;
}

/** The service's Prometheus metrics. One registry per service, so that two in one test process stay separate. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
  readonly httpFailures: Counter;
  readonly #series = new Map<string, Series[]>();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
    this.httpDuration = this.histogram({
      name: 'kinledger_http_request_seconds',
      help: 'Duration of HTTP requests by route template.',
      labels: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    });
    this.httpFailures = this.counter({
      name: 'kinledger_http_failures_total',
      help: 'Requests answered with a status from 500 on, except those that the service declined for the moment, and except health checks.',
    });
  }

  counter<const Label extends string = never>(definition: Definition<Label>): Counter<Label> {
    return new Counter(this.#settings(definition));
  }

  /**
   * With `collect`, the value is determined at each scrape. If that fails, or takes longer than two seconds, because its
   * source is unavailable, the value is NaN, or absent if it has labels: the other metrics are then most needed.
   */
  gauge<const Label extends string = never>(
    definition: Definition<Label> & { readonly collect?: (gauge: Gauge<Label>) => void | Promise<void> },
  ): Gauge<Label> {
    const { collect } = definition;
    if (collect === undefined) return new Gauge(this.#settings(definition));
    const gauge: Gauge<Label> = new Gauge({
      ...this.#settings(definition),
      collect: async () => {
        try {
          await within(COLLECT_WITHIN_MS, ask());
        } catch {
          gauge.reset();
          if (definition.labels === undefined) gauge.set(Number.NaN);
        }
      },
    });
    // While a source hangs, later scrapes do not ask it again.
    const ask = singleFlight(async () => {
      await collect(gauge);
    });
    return gauge;
  }

  /** Adds a line to a gauge: 1 while something refuses to answer or does not answer in time, else 0. */
  away<const Label extends string>(
    definition: Definition<Label> & { readonly labels: readonly Label[] },
    labels: Readonly<Record<Label, string>>,
    ask: () => Promise<unknown>,
  ): void {
    this.series(definition, labels, () =>
      within(ANSWER_WITHIN_MS, ask()).then(
        () => 0,
        () => 1,
      ),
    );
  }

  /** Adds a line to a gauge that several parts of the service share. */
  series<const Label extends string>(
    definition: Definition<Label> & { readonly labels: readonly Label[] },
    labels: Readonly<Record<Label, string>>,
    read: () => number | Promise<number>,
  ): void {
    const known = this.#series.get(definition.name);
    if (known !== undefined) {
      known.push({ labels, read });
      return;
    }
    const lines: Series[] = [{ labels, read }];
    this.#series.set(definition.name, lines);
    this.gauge({
      ...definition,
      collect: async (gauge) => {
        const values = await Promise.all(lines.map(async ({ read }) => read()));
        for (const [index, { labels }] of lines.entries())
          gauge.set(labels as Record<Label, string>, values[index] ?? Number.NaN);
      },
    });
  }

  histogram<const Label extends string = never>(
    definition: Definition<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({
      ...this.#settings(definition),
      ...(definition.buckets === undefined ? {} : { buckets: [...definition.buckets] }),
    });
  }

  /** The help names the labels, so that whoever reads an exposition knows them before the first value. */
  #settings<Label extends string>(definition: Definition<Label>) {
    const labels = [...(definition.labels ?? [])];
    return {
      name: definition.name,
      help: labels.length === 0 ? definition.help : `${definition.help} Labels: ${labels.join(', ')}.`,
      labelNames: labels,
      registers: [this.registry],
    };
  }
}
