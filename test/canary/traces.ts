import { topics } from '@kinledger/contracts';
import { spanAttributes, workSpans, type DescribedSpan } from '@kinledger/service-kit';
import type { ReceivedSpan } from './trace-collector.js';

const work: Readonly<Record<string, DescribedSpan>> = workSpans;
const allTopics = new Set<string>(Object.values(topics).map(({ name }) => name));
const ofRequests = Object.keys(spanAttributes).filter((name) => name.startsWith('http.'));
const ofMessages = Object.keys(spanAttributes).filter((name) => name.startsWith('messaging.'));
/** What a span tells of its process. */
const ofProcesses = ['service.name', 'telemetry.sdk.language', 'telemetry.sdk.name', 'telemetry.sdk.version'];

export const serviceOf = ({ resource }: ReceivedSpan): string => String(resource['service.name']);

/** The attributes that a span may have; undefined if its name is not on the list. */
function attributesAllowed({ name, resource }: ReceivedSpan): readonly string[] | undefined {
  const its = work[name];
  if (its !== undefined)
    return its.services.includes(String(resource['service.name'])) ? its.attributes : undefined;
  const [first = '', second = '', ...others] = name.split(' ');
  if (others.length > 0) return undefined;
  if (first === 'process') return allTopics.has(second) ? ofMessages : undefined;
  const isRoute = second === 'unmatched' || /^\/([A-Za-z0-9._-]+|:[a-zA-Z]+|\*|\/)*$/.test(second);
  return /^[A-Z]+$/.test(first) && isRoute ? ofRequests : undefined;
}

/** What spans have that the page of traces does not list, one sentence each. */
export function unlisted(spans: readonly ReceivedSpan[]): string[] {
  const found = spans.flatMap((span) => {
    const allowed = attributesAllowed(span);
    if (allowed === undefined) return [`a span of ${serviceOf(span)} is called ${span.name}`];
    const told = Object.keys(span.attributes).filter((key) => !allowed.includes(key));
    const ofIts = Object.keys(span.resource).filter((key) => !ofProcesses.includes(key));
    const more = [
      ...span.events.map(() => 'an event'),
      ...(span.status.message === undefined || span.status.message === '' ? [] : ['a message']),
      ...span.links.flatMap((link) => Object.keys(link.attributes)),
    ];
    return [...told, ...ofIts, ...more].map((what) => `${span.name} has ${what}`);
  });
  return [...new Set(found)].sort();
}

/** Parents and links that lead to no span that was received, one sentence each. */
export function unresolved(spans: readonly ReceivedSpan[]): string[] {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  return spans.flatMap(({ name, traceId, parentSpanId, links }) => [
    ...(parentSpanId === undefined || known.has(`${traceId} ${parentSpanId}`)
      ? []
      : [`the parent of ${name} is missing`]),
    ...links
      .filter((link) => !known.has(`${link.traceId} ${link.spanId}`))
      .map(() => `a link of ${name} leads nowhere`),
  ]);
}

/** The spans of a file on its way to the figures, in order, and the service of each. */
export const wayOfAFile = [
  'ingest: POST /v1/uploads',
  'ingest: receive file',
  'ingest: submit file',
  'pseudonymiser: pseudonymise file',
  'linker: decide file',
  'linker: append to ledger',
  'linker: publish decision',
  'projector: project decision',
];

/**
 * The ids of the traces that a submission is in, with the names of their spans of work and requests: each name once, in the order
 * in which the work began.
 */
export function tracesOf(
  spans: readonly ReceivedSpan[],
  submission: string,
): ReadonlyMap<string, readonly string[]> {
  const its = new Set(
    spans
      .filter((span) => span.name === 'submit file' && span.attributes['kinledger.submission'] === submission)
      .map(({ traceId }) => traceId),
  );
  const started = ({ startTimeUnixNano }: ReceivedSpan) => BigInt(startTimeUnixNano);
  return new Map(
    [...its].map((traceId) => {
      const inOrder = spans
        .filter((span) => span.traceId === traceId && !span.name.startsWith('process '))
        .sort((one, other) => Number(started(one) - started(other)));
      return [traceId, [...new Set(inOrder.map((span) => `${serviceOf(span)}: ${span.name}`))]];
    }),
  );
}
