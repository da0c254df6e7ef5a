import { ROOT_CONTEXT, context, trace, type Context } from '@opentelemetry/api';

// W3C Trace Context, version 00.
const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const absent = { trace: '0'.repeat(32), span: '0'.repeat(16) };

/** The `traceparent` of the active span, for a message's headers; undefined if there is no trace. */
export function currentTraceparent(active: Context = context.active()): string | undefined {
  const span = trace.getSpanContext(active);
  if (span === undefined || span.traceId === absent.trace || span.spanId === absent.span) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The context of a message's `traceparent`; the root context if it is absent or malformed. */
export function contextOf(header: string | undefined): Context {
  const [, traceId, spanId, flags] = traceparent.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  if (traceId === absent.trace || spanId === absent.span) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}

/** A message's `traceparent` as it may be stored: undefined if it is absent or malformed. */
export const storedTraceparent = (header: string | undefined): string | undefined =>
  currentTraceparent(contextOf(header));

/** Runs work in the context of a `traceparent`, so that its log lines are found with the trace. */
export const inTrace = <T>(header: string | undefined, work: () => T): T => {
  const its = contextOf(header);
  return its === ROOT_CONTEXT ? work() : context.with(its, work);
};
