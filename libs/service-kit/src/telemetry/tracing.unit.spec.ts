import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withSpan } from './spans.js';
import { currentTraceparent } from './trace-context.js';
import { isTracing, startTracing } from './tracing.js';

/** A collector that takes requests and never answers. */
async function silentCollector(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(() => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A collector that keeps what it is sent. */
async function countingCollector() {
  const received: string[] = [];
  const server = createServer((request, response) => {
    void request
      .setEncoding('utf8')
      .toArray()
      .then((parts) => {
        received.push(parts.join(''));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('tracing', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    trace.disable();
    context.disable();
  });

  it('makes no span and loads no SDK unless a collector is named', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', '');
    expect(await startTracing('test', () => undefined)).toBeUndefined();
    expect(isTracing()).toBe(false);
    await withSpan('decide file', {}, async () => expect(trace.getActiveSpan()).toBeUndefined());
  });

  it('keeps the share of traces that the standard variables name, each trace whole', async () => {
    const { server, received, url } = await countingCollector();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio');
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0.25');
    const tracing = await startTracing('test', () => undefined);
    for (let traces = 0; traces < 400; traces += 1) {
      let parent: string | undefined;
      await withSpan('submit file', {}, async () => void (parent = currentTraceparent()));
      // As another service does, much later.
      await withSpan('decide file', { parent }, async () => undefined);
    }
    await tracing?.stop();
    server.close();
    const spans = received.flatMap((body) => [...body.matchAll(/"traceId":"(\w+)"/g)].map(([, id]) => id));
    const traces = new Set(spans);
    expect(traces.size).toBeGreaterThan(50);
    expect(traces.size).toBeLessThan(160);
    expect(spans).toHaveLength(2 * traces.size);
  });

  it('neither delays nor fails work while the collector is away or silent, and says so once', async () => {
    const { server, url } = await silentCollector();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '100');
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
    const troubles: string[] = [];
    const tracing = await startTracing('test', () => void troubles.push('trouble'));
    expect(isTracing()).toBe(true);
    const started = performance.now();
    for (let spans = 0; spans < 10_000; spans += 1) await withSpan('decide file', {}, async () => undefined);
    expect(performance.now() - started).toBeLessThan(5_000);
    await vi.waitFor(() => expect(troubles).toEqual(['trouble']), { timeout: 5_000 });
    // Away: connections are refused.
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await withSpan('decide file', {}, async () => undefined);
    const stopping = performance.now();
    await tracing?.stop();
    expect(performance.now() - stopping).toBeLessThan(4_000);
    expect(troubles).toEqual(['trouble']);
  });
});
