import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

interface Definition<Label extends string> {
  /** `kinledger_` and snake case; units at the end, e.g. `kinledger_rows_accepted_total`. */
  readonly name: `kinledger_${string}`;
  readonly help: string;
  /** Label names. Labels are few and bounded: dataset, state, rule; never a key, a token or an id. */
  readonly labels?: readonly Label[];
}

/** One line of a gauge: its labels, and what determines its value at a scrape. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly read: () => number | Promise<number>;
}

/** The service's Prometheus metrics. One registry per service, so that two in one test process stay separate. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
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
  }

  counter<const Label extends string = never>(definition: Definition<Label>): Counter<Label> {
    return new Counter(this.#settings(definition));
  }

  /**
   * With `collect`, the value is determined at each scrape. If that fails, because its source is unavailable, the value
   * is NaN, or absent if it has labels: the other metrics are then most needed.
   */
  gauge<const Label extends string = never>(
    definition: Definition<Label> & { readonly collect?: (gauge: Gauge<Label>) => void | Promise<void> },
  ): Gauge<Label> {
    const { collect } = definition;
    return new Gauge({
      ...this.#settings(definition),
      ...(collect === undefined
        ? {}
        : {
            async collect(this: Gauge<Label>) {
              try {
                await collect(this);
              } catch {
                this.reset();
                if (definition.labels === undefined) this.set(Number.NaN);
              }
            },
          }),
    });
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
        for (const line of lines) gauge.set(line.labels as Record<Label, string>, await line.read());
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
