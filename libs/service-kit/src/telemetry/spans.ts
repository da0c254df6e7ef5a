import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Link, Span, TimeInput } from '@opentelemetry/api';
import { contextOf, currentTraceparent } from './trace-context.js';

/** What a span and its attributes are, for the page that lists them. */
export interface DescribedSpan {
  readonly services: readonly string[];
  readonly means: string;
  /** Its parent, in words. */
  readonly parent: string;
  readonly attributes: readonly SpanAttribute[];
}

/** Every attribute that a span may have. None holds a person, a token, a row, a file's name or a text that somebody typed. */
export const spanAttributes = {
  'http.request.method': 'The method of a request.',
  'http.route': 'The template of its route, with names in place of ids.',
  'http.response.status_code': 'The status of the answer; absent if the caller hung up first.',
  'messaging.system': '`postgresql` or `kafka`.',
  'messaging.operation.type': '`process`.',
  'messaging.destination.name': 'The topic.',
  'messaging.consumer.group.name': 'The consumer group.',
  'messaging.batch.message_count': 'Messages in the batch.',
  'kinledger.submission': 'The id of the submission.',
  'kinledger.dataset': 'The dataset of the file.',
  'kinledger.command': 'The kind of a person’s command.',
  'kinledger.outcome': 'How it ended, as in the metrics.',
  'kinledger.rows': 'Rows of the file.',
  'kinledger.chunks': 'Messages in which its rows travel.',
  'kinledger.events': 'Events appended to the ledger.',
  'kinledger.messages': 'Messages published.',
  'kinledger.decisions': 'Decisions that one transaction applied.',
  'kinledger.position': 'Position of the decision’s closing event in the ledger.',
} as const;

export type SpanAttribute = keyof typeof spanAttributes;
export type SpanAttributes = Partial<Record<SpanAttribute, string | number>>;

const FILE = ['kinledger.submission', 'kinledger.dataset'] as const;

/** The spans of work, by name. Requests and batches of messages have spans too, named for their route or topic. */
export const workSpans = {
  'receive file': {
    services: ['ingest'],
    means: 'A file is read, validated and sealed into the landing store.',
    parent: 'the request of the upload',
    attributes: ['kinledger.dataset', 'kinledger.outcome', 'kinledger.rows'],
  },
  'submit file': {
    services: ['ingest'],
    means: 'An upload becomes a submission. Linked to the request that submitted it.',
    parent: '`receive file`',
    attributes: [...FILE, 'kinledger.outcome'],
  },
  'pseudonymise file': {
    services: ['pseudonymiser'],
    means: 'The rows of a file become tokens and are published. Linked to the batch that brought the file.',
    parent: '`submit file`',
    attributes: [...FILE, 'kinledger.outcome', 'kinledger.rows', 'kinledger.chunks'],
  },
  'decide file': {
    services: ['linker'],
    means: 'The linker decides a submission and appends the decision to the ledger.',
    parent: '`submit file`',
    attributes: [...FILE, 'kinledger.outcome', 'kinledger.rows'],
  },
  'decide command': {
    services: ['linker'],
    means:
      'The linker carries out or refuses a command. Linked to the file’s trace if it is about a submission.',
    parent: 'the request that ordered it',
    attributes: ['kinledger.command', 'kinledger.submission', 'kinledger.outcome'],
  },
  'append to ledger': {
    services: ['linker'],
    means: 'One append is made durable; a large decision has several.',
    parent: 'the decision',
    attributes: ['kinledger.events'],
  },
  'publish decision': {
    services: ['linker'],
    means: 'The results of a decision are published on the bus.',
    parent: '`submit file`, or the request of the command',
    attributes: ['kinledger.submission', 'kinledger.outcome', 'kinledger.messages', 'kinledger.position'],
  },
  'project decision': {
    services: ['projector'],
    means:
      'The decision is applied to the read models; at its end the figures are current. Linked to `project decisions` if others were applied with it.',
    parent: '`submit file`, or the request of the command',
    attributes: ['kinledger.submission', 'kinledger.position'],
  },
  'project decisions': {
    services: ['projector'],
    means: 'One transaction applies several decisions. Linked to the trace of each.',
    parent: 'none',
    attributes: ['kinledger.decisions', 'kinledger.position'],
  },
} as const satisfies Readonly<Record<string, DescribedSpan>>;

export type WorkSpan = keyof typeof workSpans;
type AttributesOf<Name extends WorkSpan> = Pick<
  SpanAttributes,
  (typeof workSpans)[Name]['attributes'][number]
>;

export interface SpanOptions<Name extends WorkSpan> {
  /** `traceparent` of the parent, from a message or a table; by default the active span is the parent. */
  readonly parent?: string | undefined;
  /** `traceparent` of other traces that it belongs to. */
  readonly links?: readonly (string | undefined)[];
  readonly attributes?: AttributesOf<Name>;
}

/** Adds what is known only at the end of the work. */
export type Tell<Name extends WorkSpan> = (attributes: AttributesOf<Name>) => void;

/** Number of links of one span at most; a batch may have thousands of senders. */
export const MAX_LINKS = 32;

export const tracer = () => trace.getTracer('kinledger');

/** Links to traces, each once, without those that are absent or malformed. */
export const linksTo = (headers: readonly (string | undefined)[]): Link[] =>
  [...new Set(headers)].flatMap((header) => {
    const span = trace.getSpanContext(contextOf(header));
    return span === undefined ? [] : [{ context: span }];
  });

/**
 * Does work within a span. With a `parent` it joins that trace, and is linked to the span that was active before. Errors
 * mark the span, unless they are answers to a caller's mistake, and are rethrown.
 */
export async function withSpan<Name extends WorkSpan, T>(
  name: Name,
  options: SpanOptions<Name>,
  work: (tell: Tell<Name>) => Promise<T>,
): Promise<T> {
  const { parent, links = [], attributes = {} } = options;
  const joined = contextOf(parent);
  const outer = trace.getSpanContext(context.active());
  const joins = joined !== ROOT_CONTEXT;
  const span = tracer().startSpan(
    name,
    {
      kind: SpanKind.INTERNAL,
      links: [...(joins && outer !== undefined ? [{ context: outer }] : []), ...linksTo(links)].slice(
        0,
        MAX_LINKS,
      ),
      attributes,
    },
    joins ? joined : context.active(),
  );
  return within(span, joins ? joined : context.active(), () => work((told) => void span.setAttributes(told)));
}

/** Runs work with a span active, and ends the span with it. */
export async function within<T>(span: Span, parent: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    if (!isCallersMistake(error)) span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** A problem below 500 says what the caller has to change; nothing has failed. */
const isCallersMistake = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

/** Work that is over, with the time that it took. */
export interface PastSpan<Name extends WorkSpan> {
  readonly name: Name;
  readonly parent?: string | undefined;
  readonly links?: readonly (string | undefined)[];
  readonly attributes: AttributesOf<Name>;
  readonly from: TimeInput;
  readonly until: TimeInput;
}

/** Makes the span of work that is over. @returns its `traceparent`. */
export function pastSpan<Name extends WorkSpan>(past: PastSpan<Name>): string | undefined {
  const { name, parent, links = [], attributes, from, until } = past;
  const joined = contextOf(parent);
  const span = tracer().startSpan(
    name,
    {
      kind: SpanKind.INTERNAL,
      links: linksTo(links).slice(0, MAX_LINKS),
      attributes,
      startTime: from,
    },
    joined,
  );
  span.end(until);
  return currentTraceparent(trace.setSpan(joined, span));
}
