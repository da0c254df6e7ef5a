/** A metric as an exposition describes it. */
export interface DescribedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly services: readonly string[];
}

/** The metrics that services expose, by name, each with the services that expose it. */
export function describedMetrics(expositions: Readonly<Record<string, string>>): DescribedMetric[] {
  const found = new Map<string, DescribedMetric>();
  for (const [service, text] of Object.entries(expositions)) {
    for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
      const type = new RegExp(`^# TYPE ${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 'untyped';
      const services = [...(found.get(name)?.services ?? []), service];
      found.set(name, { name, type, help, services });
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The page that lists the metrics, as Markdown before it is formatted. */
export function metricsPage(metrics: readonly DescribedMetric[], services: number): string {
  const own = metrics.filter(({ name }) => name.startsWith('kinledger_'));
  const lines = own.map(({ name, type, help, services: those }) => {
    const where = those.length === services ? 'all services' : those.join(', ');
    return `| \`${name}\` | ${type} | ${help.replaceAll('|', '\\|')} | ${where} |`;
  });
  return `# Metrics

Each service answers \`GET /metrics\` on its own port in Prometheus’s text format, without authentication: keep the port inside the
cluster. Every series has the label \`service\`. No label holds a person, a token, a file’s name, or anything else without a
bound. \`npx vitest run --project e2e test/e2e/observability\` compares this page with running services; with
\`KINLEDGER_WRITE_GENERATED=1\` it writes the page.

| metric | type | meaning | services |
| --- | --- | --- | --- |
${lines.join('\n')}

Besides these, every service exposes the metrics of its process (\`process_…\`) and of Node (\`nodejs_…\`) that
[prom-client](https://github.com/siimon/prom-client#default-metrics) defines.
`;
}
