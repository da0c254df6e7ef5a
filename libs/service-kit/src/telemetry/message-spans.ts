import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { contextOf } from './trace-context.js';
import { linksTo, MAX_LINKS, tracer, within } from './spans.js';

/** A batch of messages, as its span tells of it. */
export interface TracedBatch {
  readonly system: string;
  readonly topic: string;
  readonly group: string;
  /** The `traceparent` of each message that has one. */
  readonly headers: readonly (string | undefined)[];
}

/**
 * Handles messages within a span: of the senders' trace if all are of one, else of a new one with links to theirs, as
 * OpenTelemetry's conventions for messaging have it. The span is named for the topic, never for a key or a row.
 */
export function withMessageSpan<T>(batch: TracedBatch, work: () => Promise<T>): Promise<T> {
  const { system, topic, group, headers } = batch;
  const senders = linksTo(headers);
  const isOneTrace = new Set(senders.map((sender) => sender.context.traceId)).size === 1;
  const parent = isOneTrace
    ? contextOf(headers.findLast((header) => contextOf(header) !== ROOT_CONTEXT))
    : ROOT_CONTEXT;
  const span = tracer().startSpan(
    `process ${topic}`,
    {
      kind: SpanKind.CONSUMER,
      links: isOneTrace ? [] : senders.slice(0, MAX_LINKS),
      attributes: {
        'messaging.system': system,
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.consumer.group.name': group,
        'messaging.batch.message_count': headers.length,
      },
    },
    parent,
  );
  return within(span, parent, work);
}
