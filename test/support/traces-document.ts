import { spanAttributes, workSpans, type DescribedSpan } from '@kinledger/service-kit';

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** The page that lists spans and attributes, as Markdown before it is formatted. */
export function tracesPage(): string {
  const spans = Object.entries<DescribedSpan>(workSpans).map(
    ([name, { services, means, parent, attributes }]) =>
      `| \`${name}\` | ${services.join(', ')} | ${means} | ${parent} | ${list(attributes)} |`,
  );
  const attributes = Object.entries(spanAttributes).map(([name, means]) => `| \`${name}\` | ${means} |`);
  return `# Traces

With \`OTEL_EXPORTER_OTLP_ENDPOINT\` every service sends its spans to an OpenTelemetry collector, by OTLP. A file has one trace, from its
upload until it is part of the figures, over either bus ([why it is made so](adr/0045-one-trace-per-file.md)). Log lines about a file have
its \`submission\` and, within a span, its \`trace_id\`: from either you find the other.

Spans and attributes are these and no others. None holds a person, a token, a value of a row, a file’s name or an address that somebody typed:
a test reads every span that a platform sends to a receiver of OTLP, and compares it with this page.

| span | service | what happens | parent | attributes |
| --- | --- | --- | --- | --- |
| \`<method> <route>\`, such as \`POST /v1/uploads\` | all services | A request is answered. Health and metrics have none. | none; a caller’s \`traceparent\` is ignored | ${list(Object.keys(spanAttributes).filter((name) => name.startsWith('http.')))} |
| \`process <topic>\` | all but reporting-api | A batch of messages is handled. | the trace of the messages, if that is one; else none, with links to at most 32 of theirs | ${list(Object.keys(spanAttributes).filter((name) => name.startsWith('messaging.')))} |
${spans.join('\n')}

| attribute | holds |
| --- | --- |
${attributes.join('\n')}

Of its process a span says \`service.name\` and the version of the SDK; neither the host nor the command line.

## Settings

The SDK reads OpenTelemetry’s standard variables by itself. On Kubernetes set \`traces\` in the values of the chart.

| variable | left out | set it to |
| --- | --- | --- |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | no traces: the SDK is not even loaded | the collector’s address, such as \`http://collector.observability:4318\` |
| \`OTEL_EXPORTER_OTLP_PROTOCOL\` | \`http/protobuf\` | \`http/protobuf\`, \`http/json\` or \`grpc\` |
| \`OTEL_EXPORTER_OTLP_HEADERS\` | none | headers for the collector, such as \`authorization=…\` |
| \`OTEL_TRACES_SAMPLER\` | \`parentbased_always_on\` | \`parentbased_traceidratio\` to keep a share of the traces |
| \`OTEL_TRACES_SAMPLER_ARG\` | \`1\` | the share, from 0 to 1 |
| \`OTEL_BSP_MAX_QUEUE_SIZE\` | 2048 | how many spans may wait to be sent; further ones are dropped |

Use a sampler that begins with \`parentbased_\`: then the first span, the upload’s request, decides for the whole trace, and every service
follows it, because messages carry the decision. A share decided by the trace’s id is the same in every service. Others cut traces into
pieces. Set the variables alike in all services.

Spans wait in memory and are sent in the background. While the collector is away the services work on without delay, spans beyond the queue
are lost, and a service logs \`traces cannot be sent\` at most every ten minutes. A service that stops gives the collector three seconds.
`;
}
