import { diag, DiagLogLevel } from '@opentelemetry/api';
import { setTimeout as pause } from 'node:timers/promises';

export interface Tracing {
  /** Sends the remaining spans, unless the collector takes too long. */
  stop(): Promise<void>;
}

/** Longer than an available collector takes, and far shorter than the grace period of a stopping service. */
const PATIENCE_MS = 3_000;
/** A collector that is away is reported this often. */
const REPORT_EVERY_MS = 10 * 60_000;

let started = false;

/** Whether this process makes spans. Work that serves traces alone, such as a query, asks first. */
export const isTracing = (): boolean => started;

/**
 * Sends spans to the collector that the standard variable `OTEL_EXPORTER_OTLP_ENDPOINT` names; without it there are no
 * spans and the SDK is not even loaded. The SDK reads the other standard variables, those of the sampler among them. No
 * library is instrumented, because their spans contain addresses and statements, which may contain what a person typed.
 * Ours name a route template, a topic or a kind of work, and contain counts.
 *
 * Spans wait in a bounded queue and are sent in the background: a collector that is away costs spans and nothing else.
 * @param onTrouble called now and then while spans are lost or a variable is wrong.
 */
export async function startTracing(service: string, onTrouble: () => void): Promise<Tracing | undefined> {
  if (!process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) return undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  reportTrouble(onTrouble);
  const sdk = new NodeSDK({
    serviceName: service,
    // The process's arguments and the host's name must not be exported.
    autoDetectResources: false,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  started = true;
  return {
    stop: () =>
      Promise.race([sdk.shutdown().catch(() => undefined), pause(PATIENCE_MS, undefined, { ref: false })]),
  };
}

/** The SDK's own words are left out: they repeat a collector's answer. */
function reportTrouble(onTrouble: () => void): void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = () => {
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    onTrouble();
  };
  const nothing = () => undefined;
  diag.setLogger(
    { error: report, warn: report, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
