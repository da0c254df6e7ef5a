/** What a writer believes about a stream when it appends: a closed set. A number is the revision of the last event. */
export type ExpectedRevision = 'any' | 'no-stream' | 'exists' | number;

/** An event as a writer hands it over. The store keeps `bytes` as they are and never looks inside. */
export interface EventToAppend {
  /** UUID in lower case, unique within the stream: a second append of the same id must bring the same bytes. */
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface StoredEvent extends EventToAppend {
  /** Position in the stream, contiguous from 0. */
  readonly revision: number;
}

/**
 * What may be forgotten, beside the ledger: the rows whose records one event brings in. Written with the event; the eraser
 * alone may cut rows out of it, or delete it.
 */
export interface Segment {
  /** Revision of the event. */
  readonly revision: number;
  /** How many rows it has that were not cut out. */
  readonly bodies: number;
  /** A row chunk, which names the version of its form. Kept packed; what was unpacked is the same to the byte. */
  readonly bytes: Uint8Array;
}

/** A content-addressed row beside the ledger, for what is too large for an event. */
export interface Payload {
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface AppendOptions {
  readonly expectedRevision: ExpectedRevision;
  /**
   * Written in the same transaction where the store has one, else before the events. Those whose events never came are
   * at revisions that the stream has not reached; they are gone before it does.
   */
  readonly segments?: readonly Segment[];
  readonly payloads?: readonly Payload[];
}

export interface AppendResult {
  readonly firstRevision: number;
  readonly lastRevision: number;
  /** True when all of it was there already, byte for byte: the append changed nothing. */
  readonly repeated: boolean;
}

/** An event may have 256 KiB. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** A page ends with the event that brings it to so many bytes. */
export const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/** An append-only store of streams. Every adapter passes the contract suite in `contract/`. */
export interface EventStore {
  /**
   * Appends events to a stream as one step: all or none, segments and payloads included.
   *
   * A store that takes no more than so much in a step (KurrentDB: 1 MiB) takes a larger append in parts, one after the
   * other. Readers may then see its beginning before its end; and if it is interrupted between two parts, the stream
   * ends with a whole one, and the same call again appends the rest (`repeated` is false). What must be seen as a whole
   * therefore ends with an event that closes it, as every decision in the ledger does.
   *
   * Repeating an append succeeds and changes nothing (an erased row stays erased): all ids are there, in this order,
   * without a gap, with the same bytes, at the place that `expectedRevision` names: right after that revision, at 0 for
   * `no-stream`, anywhere for `any` and `exists`. A part that is there is no repetition: when the first events are there
   * at their place and the rest is new, the stream is not where it was expected, and the append is a RevisionConflict,
   * unless an interrupted call of this very append left them there, as above.
   *
   * When the connection is lost, the outcome is unknown; the same call again settles it.
   * @throws RevisionConflict when the stream is not where `expectedRevision` says.
   * @throws EventIdReused when an id is in the stream with other bytes or at another place, or twice in `events`.
   * @throws SegmentDiffers when the stream has another segment at a revision; the same again is left alone.
   * @throws PayloadDigestWrong when a payload's digest is not the SHA-256 of its bytes; nothing is sent.
   * @throws EventTooLarge for an event over 256 KiB; nothing is sent.
   * @throws EmptyAppend for no events; nothing is sent.
   */
  append(stream: string, events: readonly EventToAppend[], options: AppendOptions): Promise<AppendResult>;

  /** Revision of the last event, or -1 for a stream that does not exist. */
  head(stream: string): Promise<number>;

  /**
   * Up to `limit` events from revision `from` on, in order; fewer where MAX_PAGE_BYTES ends the page, or the stream ends.
   * Empty at its end.
   * @throws StreamGap; ForeignEvent where the store can tell.
   */
  readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]>;

  /** Segments of the events at revisions `from` to `to`, both included, in that order. */
  readSegments(stream: string, from: number, to: number): Promise<Segment[]>;

  /** How many rows there are in segments of events at revisions up to `to`. */
  countBodies(stream: string, to: number): Promise<number>;

  readPayload(digest: string): Promise<Uint8Array | undefined>;

  /** What of the store’s own settings for a stream could take events away, or let others write. Empty where all is well. */
  findings(stream: string): Promise<readonly StreamFinding[]>;

  /**
   * Events from revision `from` on: first those that are there, then live ones, each once, in order, until the
   * signal aborts or the store is closed: then the iteration ends, without an error. Yields pages of at most `pageSize`
   * (1,000 unless told); reads on only when the page before was taken (back-pressure).
   * A lost connection is re-established from where it was.
   * @throws StreamGap
   */
  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]>;

  close(): Promise<void>;
}

/** A setting that does not suit a ledger. */
export interface StreamFinding {
  /** `remark` for what may be meant so: nothing is lost by it. */
  readonly weight: 'fault' | 'remark';
  /** One sentence that names the setting and says what to do. */
  readonly sentence: string;
}

export interface SubscribeOptions {
  readonly from: number;
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}
