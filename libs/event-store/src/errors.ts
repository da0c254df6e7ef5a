import type { ExpectedRevision } from './event-store.js';

export interface RevisionConflict extends Error {
  readonly code: 'revision-conflict';
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** Revision of the stream's last event, -1 if it has none. */
  readonly actual: number;
}

export interface EventIdReused extends Error {
  readonly code: 'event-id-reused';
  readonly stream: string;
  readonly eventId: string;
}

export interface EventTooLarge extends Error {
  readonly code: 'event-too-large';
  readonly eventId: string;
  readonly bytes: number;
}

export interface EmptyAppend extends Error {
  readonly code: 'empty-append';
}

/** The stream already has a different segment at this revision. */
export interface SegmentDiffers extends Error {
  readonly code: 'segment-differs';
  readonly stream: string;
  readonly revision: number;
}

/** The tokens beside an event are not those that the ledger states: somebody changed them. */
export interface TokensDiffer extends Error {
  readonly code: 'tokens-differ';
  readonly revision: number;
}

export interface PayloadDigestWrong extends Error {
  readonly code: 'payload-digest-wrong';
  readonly digest: string;
}

/** An event is missing before later ones: somebody else deleted it, and readers must stop. */
export interface StreamGap extends Error {
  readonly code: 'stream-gap';
  readonly stream: string;
  readonly revision: number;
}

const guard =
  <E extends Error & { readonly code: string }>(code: E['code']) =>
  (error: unknown): error is E =>
    error instanceof Error && 'code' in error && error.code === code;

export const isRevisionConflict = guard<RevisionConflict>('revision-conflict');
export const isEventIdReused = guard<EventIdReused>('event-id-reused');
export const isEventTooLarge = guard<EventTooLarge>('event-too-large');
export const isEmptyAppend = guard<EmptyAppend>('empty-append');

export const isSegmentDiffers = guard<SegmentDiffers>('segment-differs');
export const isTokensDiffer = guard<TokensDiffer>('tokens-differ');
export const isPayloadDigestWrong = guard<PayloadDigestWrong>('payload-digest-wrong');
export const isStreamGap = guard<StreamGap>('stream-gap');

export const tokensDiffer = (record: string, revision: number): TokensDiffer =>
  Object.assign(
    new Error(
      `the tokens of record ${record} beside revision ${revision} are not those that the ledger states; nothing was written`,
    ),
    { code: 'tokens-differ' as const, revision },
  );

export const revisionConflict = (
  stream: string,
  expected: ExpectedRevision,
  actual: number,
): RevisionConflict =>
  Object.assign(new Error(`stream ${stream} is at revision ${actual}, not ${expected}`), {
    code: 'revision-conflict' as const,
    stream,
    expected,
    actual,
  });

export const eventIdReused = (stream: string, eventId: string): EventIdReused =>
  Object.assign(
    new Error(`stream ${stream} already has event ${eventId} with other bytes or at another place`),
    {
      code: 'event-id-reused' as const,
      stream,
      eventId,
    },
  );

export const eventTooLarge = (eventId: string, bytes: number): EventTooLarge =>
  Object.assign(new Error(`event ${eventId} has ${bytes} bytes; at most 262144 are accepted`), {
    code: 'event-too-large' as const,
    eventId,
    bytes,
  });

export const emptyAppend = (): EmptyAppend =>
  Object.assign(new Error('an append needs at least one event'), { code: 'empty-append' as const });

export const segmentDiffers = (stream: string, revision: number): SegmentDiffers =>
  Object.assign(new Error(`stream ${stream} already has another segment at revision ${revision}`), {
    code: 'segment-differs' as const,
    stream,
    revision,
  });

export const payloadDigestWrong = (digest: string): PayloadDigestWrong =>
  Object.assign(new Error(`the SHA-256 of a payload's bytes is not ${digest}`), {
    code: 'payload-digest-wrong' as const,
    digest,
  });

export const streamGap = (stream: string, revision: number): StreamGap =>
  Object.assign(new Error(`stream ${stream} has later events, but none at revision ${revision}`), {
    code: 'stream-gap' as const,
    stream,
    revision,
  });
