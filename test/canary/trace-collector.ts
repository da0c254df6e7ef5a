import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Place } from './scanner.js';

/** The settings with which services export to the collector, and quickly. */
export const collectedAt = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '100',
});

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const attributes = z
  .array(z.strictObject({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]])));

/** OTLP 1.x, ExportTraceServiceRequest in JSON: ids in hexadecimal, times in nanoseconds. */
const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: hex(16),
              spanId: hex(8),
              parentSpanId: hex(8).optional(),
              name: z.string().min(1),
              kind: z.int().min(1).max(5),
              startTimeUnixNano: z.string().regex(/^\d+$/),
              endTimeUnixNano: z.string().regex(/^\d+$/),
              attributes,
              links: z.array(z.object({ traceId: hex(16), spanId: hex(8), attributes })).default([]),
              events: z.array(z.unknown()).default([]),
              status: z.object({ code: z.int().min(0).max(2), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

export type ReceivedSpan = z.output<
  typeof exportRequest
>['resourceSpans'][number]['scopeSpans'][number]['spans'][number] & {
  readonly resource: Readonly<Record<string, unknown>>;
};

/** Receives OpenTelemetry traces by OTLP over HTTP: keeps the bytes of all exports, and reads those in JSON. */
export class TraceCollector {
  readonly exports: Place[] = [];
  readonly spans: ReceivedSpan[] = [];
  #server: Server | undefined;

  /** @returns the endpoint for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const status = this.#receive(request.url ?? '', request.headers, Buffer.concat(chunks));
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    this.#server = server;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  /** @returns the status of the answer. */
  #receive(url: string, headers: IncomingHttpHeaders, body: Buffer): number {
    this.exports.push({ name: 'traces: headers', bytes: Buffer.from(`${url} ${JSON.stringify(headers)}\n`) });
    this.exports.push({ name: 'traces: spans', bytes: body });
    if (url !== '/v1/traces') return 404;
    if (headers['content-type'] !== 'application/json') return 415;
    const { resourceSpans } = exportRequest.parse(JSON.parse(body.toString('utf8')));
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans)
        this.spans.push(...spans.map((span) => ({ ...span, resource: resource.attributes })));
    return 200;
  }
}
