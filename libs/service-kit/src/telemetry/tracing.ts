import { setTimeout as pause } from 'node:timers/promises';

export interface Tracing {
  /** Sends the remaining spans, unless the collector takes too long. */
  stop(): Promise<void>;
}

/** Longer than an available collector takes, and far shorter than the grace period of a stopping service. */
const PATIENCE_MS = 3_000;

/**
 * Sends spans to the collector that the standard variable `OTEL_EXPORTER_OTLP_ENDPOINT` names; without it there are no
 * spans and the SDK is not even loaded. No library is instrumented, because their spans contain addresses and
 * statements, which may contain what a person typed. Ours name a route template or a topic, and contain counts.
 */
export async function startTracing(service: string): Promise<Tracing | undefined> {
  if (!process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) return undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    serviceName: service,
    // The process's arguments and the host's name must not be exported.
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
