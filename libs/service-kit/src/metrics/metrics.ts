import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

interface Definition<Label extends string> {
  /** `kinledger_` and snake case; units at the end, e.g. `kinledger_rows_accepted_total`. */
  readonly name: `kinledger_${string}`;
  readonly help: string;
  /** Label names. Labels are few and bounded: dataset, state, rule; never a key, a token or an id. */
  readonly labels?: readonly Label[];
}

/** The service's Prometheus metrics. One registry per service, so that two in one test process stay separate. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;

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

  histogram<const Label extends string = never>(
    definition: Definition<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({
      ...this.#settings(definition),
      ...(definition.buckets === undefined ? {} : { buckets: [...definition.buckets] }),
    });
  }

  #settings<Label extends string>(definition: Definition<Label>) {
    return {
      name: definition.name,
      help: definition.help,
      labelNames: [...(definition.labels ?? [])],
      registers: [this.registry],
    };
  }
}
