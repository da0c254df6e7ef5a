import type { NameTable } from './name-tables.js';
/** What a writer expects of a stream when it appends. A number is the revision of the last event. */
export type ExpectedRevision = 'any' | 'no-stream' | 'exists' | number;

/** An event to append. The store keeps `bytes` unchanged and never interprets them. */
export interface EventToAppend {
  /** UUID in lower case, unique within the stream: appending the same id again requires the same bytes. */
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface StoredEvent extends EventToAppend {
  /** Position in the stream, contiguous from 0. */
  readonly revision: number;
}

/**
 * The part of an event that can be erased: the rows whose records it brings into the ledger. Written with the event;
 * only the eraser may cut rows out of it, or delete it.
 */
export interface Segment {
  /** Revision of the event. */
  readonly revision: number;
  /** Number of rows that were not cut out. */
  readonly bodies: number;
  /** A row chunk, which states the version of its format. Stored compressed; reading returns the same bytes. */
  readonly bytes: Uint8Array;
}

/** A content-addressed row beside the ledger, for data that is too large for an event. */
export interface Payload {
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface AppendOptions {
  readonly expectedRevision: ExpectedRevision;
  /**
   * Written in the same transaction if the store has one, else before the events. Segments whose events were never
   * written have revisions that the stream has not reached; they are deleted before it does.
   */
  readonly segments?: readonly Segment[];
  readonly payloads?: readonly Payload[];
}

export interface AppendResult {
  readonly firstRevision: number;
  readonly lastRevision: number;
  /** True if the whole append was already present, byte for byte, and changed nothing. */
  readonly repeated: boolean;
}

/** Maximum bytes of an event: 256 KiB. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** A page ends with the event that brings its bytes to this number. */
export const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/** An append-only store of streams. Every adapter passes the contract suite in `contract/`. */
export interface EventStore {
  /**
   * Appends events to a stream atomically: all or none, including segments and payloads.
   *
   * A store that limits the size of an append (KurrentDB: 1 MiB) writes a larger one in parts, in order. Readers may
   * then see its beginning before its end. If it is interrupted between two parts, the stream ends with a complete
   * part, and the same call again appends the rest (`repeated` is false). Events that readers must apply as a whole
   * therefore end with one that closes them, as every decision in the ledger does.
   *
   * Repeating an append succeeds and changes nothing (an erased row stays erased). An append is a repetition if all its
   * ids are present, in this order, without a gap, with the same bytes, at the place that `expectedRevision` names:
   * right after that revision, at 0 for `no-stream`, anywhere for `any` and `exists`. An append of which only the first
   * events are present at their place is no repetition: the stream is not where the writer expected it, and the append
   * is a RevisionConflict, unless an interrupted call of this very append left them there, as above.
   *
   * If the connection is lost, the outcome is unknown; repeating the call settles it.
   * @throws RevisionConflict if the stream is not where `expectedRevision` says.
   * @throws EventIdReused if an id is in the stream with other bytes or at another revision, or twice in `events`.
   * @throws SegmentDiffers if the stream has a different segment at a revision; an identical one is left as it is.
   * @throws PayloadDigestWrong if a payload's digest is not the SHA-256 of its bytes; nothing is sent.
   * @throws EventTooLarge for an event over 256 KiB; nothing is sent.
   * @throws EmptyAppend for no events; nothing is sent.
   */
  append(stream: string, events: readonly EventToAppend[], options: AppendOptions): Promise<AppendResult>;

  /** Revision of the last event, or -1 for a stream that does not exist. */
  head(stream: string): Promise<number>;

  /**
   * Up to `limit` events from revision `from` on, in order; fewer if MAX_PAGE_BYTES ends the page or the stream ends.
   * Empty at the end of the stream.
   * @throws StreamGap; ForeignEvent if the store can detect one.
   */
  readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]>;

  /** Segments of the events at revisions `from` to `to`, both included, in that order. */
  readSegments(stream: string, from: number, to: number): Promise<Segment[]>;

  /** Number of rows in the segments of events at revisions up to `to`. */
  countBodies(stream: string, to: number): Promise<number>;

  readPayload(digest: string): Promise<Uint8Array | undefined>;

  /** The table of name frequencies of this ledger with this id; undefined if it was erased, or never was. */
  readNameTable(stream: string, id: string): Promise<NameTable | undefined>;

  /** The version of the key of that table’s tokens, with which alone its bytes change; undefined as {@link readNameTable}. */
  keyVersionOfNameTable(stream: string, id: string): Promise<number | undefined>;

  /**
   * Settings of the store for this stream by which events could be lost or others could write. Empty if there are none.
   */
  findings(stream: string): Promise<readonly StreamFinding[]>;

  /**
   * Yields events from revision `from` on, first existing ones, then live ones, each once and in order, until the
   * signal aborts or the store is closed; the iteration then ends without an error. Pages hold at most `pageSize`
   * events (default 1,000); the next page is read only once the caller asks for it (back-pressure). After a lost
   * connection it resumes where it was.
   * @throws StreamGap
   */
  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]>;

  close(): Promise<void>;
}

/** A store setting that does not suit a ledger. */
export interface StreamFinding {
  /** `remark` if the setting may be intended, because it loses no events. */
  readonly weight: 'fault' | 'remark';
  /** One sentence that names the setting and says what to do. */
  readonly sentence: string;
}

export interface SubscribeOptions {
  readonly from: number;
  readonly pageSize?: number;
  readonly signal: AbortSignal;
}
