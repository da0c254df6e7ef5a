/** A dashboard, before it becomes Grafana's JSON. */
export interface Board {
  /** Part of its address in Grafana; never changes. */
  readonly uid: `kinledger-${string}`;
  readonly title: string;
  /** What a person opens it for. */
  readonly description: string;
  readonly rows: readonly BoardRow[];
}

export interface BoardRow {
  readonly title: string;
  readonly panels: readonly BoardPanel[];
}

export interface BoardPanel {
  readonly title: string;
  /** What the values mean, and which of them are a reason to act. */
  readonly description: string;
  /** `value`: the newest value, large. `lines`: values over time. `table`: the newest values, one row for each. */
  readonly shows: 'value' | 'lines' | 'table';
  /** A unit of Grafana, such as `s`, `bytes`, `reqps`, `percentunit`, `short`. */
  readonly unit: string;
  readonly queries: readonly BoardQuery[];
  /** From which value on it is shown in red. */
  readonly alarmingFrom?: number;
  /** Whether the panel has no data, or nothing but zeros, while all is well. */
  readonly emptyWhenWell?: boolean;
}

export interface BoardQuery {
  /** PromQL, with `$__rate_interval` and `$__range` of Grafana. */
  readonly expr: string;
  /** How its lines are called; braces take labels. */
  readonly legend: string;
}

/** Selects the series of one installation, chosen above the dashboard. */
const INSTALLATION = 'namespace=~"$namespace"';

/** A metric of the installation on show, with further label matchers. */
export const metric = (name: `${string}_${string}`, matchers = ''): string =>
  `${name}{${[INSTALLATION, matchers].filter((each) => each !== '').join(', ')}}`;

/** Increases a second of a counter. */
export const rate = (name: `${string}_${string}`, matchers = ''): string =>
  `rate(${metric(name, matchers)}[$__rate_interval])`;

/** Sums by labels. */
export const sumBy = (labels: string, expr: string): string => `sum by (${labels}) (${expr})`;

/** Largest by labels, for what several replicas tell of the same thing. */
export const maxBy = (labels: string, expr: string): string =>
  labels === '' ? `max(${expr})` : `max by (${labels}) (${expr})`;

/** A quantile of a histogram, by labels. */
export const quantile = (q: number, name: `${string}_${string}`, labels = '', matchers = ''): string => {
  const by = ['le', labels].filter((each) => each !== '').join(', ');
  return `histogram_quantile(${q}, ${sumBy(by, rate(`${name}_bucket`, matchers))})`;
};
