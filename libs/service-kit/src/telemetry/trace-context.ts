import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, trace, type Context } from '@opentelemetry/api';

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

/**
 * Handles messages within a span: of the sender's trace if all come from one, else of a new one with links to theirs.
 * The span is named for the work, never for a key or a row. Errors mark the span and are rethrown.
 * @param headers the `traceparent` of each message that has one.
 */
export async function withMessageSpan<T>(
  name: string,
  headers: readonly (string | undefined)[],
  work: () => Promise<T>,
): Promise<T> {
  const senders = [...new Set(headers)].map(contextOf).flatMap((sender) => {
    const span = trace.getSpanContext(sender);
    return span === undefined ? [] : [{ sender, span }];
  });
  const parent = senders.length === 1 ? (senders[0]?.sender ?? ROOT_CONTEXT) : ROOT_CONTEXT;
  const links =
    senders.length === 1 ? [] : senders.slice(0, MAX_LINKS).map(({ span }) => ({ context: span }));
  const span = trace.getTracer('kinledger').startSpan(
    name,
    {
      kind: SpanKind.CONSUMER,
      links,
      attributes: { 'messaging.batch.message_count': headers.length },
    },
    parent,
  );
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Maximum number of senders that a span names; a batch may have thousands. */
const MAX_LINKS = 32;
