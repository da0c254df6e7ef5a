import { setTimeout as pause } from 'node:timers/promises';

export interface Tracing {
  /** Sends what is still here, unless the collector keeps us waiting. */
  stop(): Promise<void>;
}

/** Longer than a collector takes that is there, and far shorter than the grace of a service that stops. */
const PATIENCE_MS = 3_000;

/**
 * Sends spans to the collector that the standard variable `OTEL_EXPORTER_OTLP_ENDPOINT` names; without it there are no
 * spans and the SDK is not even loaded. No library is instrumented: their spans hold addresses and statements, in which
 * stands what a person typed. Ours name a route's template or a topic, and hold counts.
 */
export async function startTracing(service: string): Promise<Tracing | undefined> {
  if (!process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) return undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    serviceName: service,
    // The process's arguments and the host's name are nobody's business.
    autoDetectResources: false,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return {
    stop: () =>
      Promise.race([sdk.shutdown().catch(() => undefined), pause(PATIENCE_MS, undefined, { ref: false })]),
  };
}
