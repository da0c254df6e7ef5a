import { foreignEvent } from '@kinledger/contracts';
import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { streamGap } from '../errors.js';
import { MAX_PAGE_BYTES, type EventToAppend, type StoredEvent } from '../event-store.js';
import { pageLength } from '../page-end.js';
import type { Credentials } from './connection-string.js';
import type { KurrentConnection } from './kurrent-connection.js';
import type { OutageWatch } from './outage-watch.js';
import type { StreamSettings } from './stream-settings.js';
import { isAccessDenied, isStreamDeleted, isStreamNotFound } from './kurrent-errors.js';

/** An event with the mark of the append that wrote it, if it has one. */
export interface MarkedEvent extends StoredEvent {
  readonly mark: string | undefined;
}

export interface KurrentStreamsOptions {
  readonly reads: KurrentConnection;
  /** For one append at a time: the client’s shared stream loses track of a second one when it breaks. */
  readonly appends: KurrentConnection;
  /** Maps the port's name of a stream to its name in KurrentDB. */
  readonly nameInKurrent: (stream: string) => string;
  /** Told the result of every call, to detect outages. */
  readonly outages: OutageWatch;
  readonly credentials: Credentials | undefined;
  readonly readTimeoutMs: number;
  readonly appendTimeoutMs: number;
}

/** At the maximum event size these are 8 MiB. */
const FIRST_READ = 32;

type ReadOptions = NonNullable<Parameters<KurrentDBClient['readStream']>[1]>;

/** Streams as KurrentDB provides them, without the port's further guarantees. Every read runs to its end. */
export class KurrentStreams {
  readonly #options: KurrentStreamsOptions;

  constructor(options: KurrentStreamsOptions) {
    this.#options = options;
  }

  /** Revision of the last event, -1 if there is none. @throws StreamGap if somebody deleted the stream. */
  async head(stream: string): Promise<number> {
    const [last] = await this.#read(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 });
    return last?.revision ?? -1;
  }

  /**
   * Reads a page of the port. Because a read is never abandoned, each asks only for as many events as are likely to
   * fit.
   * @throws StreamGap if existing events were deleted; ForeignEvent if one is not binary.
   */
  async page(stream: string, from: number, limit: number): Promise<MarkedEvent[]> {
    const page: MarkedEvent[] = [];
    let bytes = 0;
    for (let asked = FIRST_READ; page.length < limit && bytes < MAX_PAGE_BYTES;) {
      const count = Math.min(asked, limit - page.length);
      const more = await this.#pageOf(stream, from + page.length, count);
      page.push(...more);
      bytes += more.reduce((sum, event) => sum + event.bytes.length, 0);
      if (more.length < count) break;
      asked = Math.max(1, Math.floor(((MAX_PAGE_BYTES - bytes) * page.length) / Math.max(1, bytes)));
    }
    return page.slice(0, pageLength(page));
  }

  async #pageOf(stream: string, from: number, limit: number): Promise<MarkedEvent[]> {
    const page = await this.#read(stream, {
      direction: 'forwards',
      fromRevision: BigInt(from),
      maxCount: limit,
    });
    const gap = page.findIndex((event, index) => event.revision !== from + index);
    if (gap !== -1) throw streamGap(stream, from + gap);
    return page.map((event) => withBytes(stream, event));
  }

  /**
   * Sends one append and returns the revision of its last event as the server reports it. `expected` is the revision of
   * the event before, -1 for none. The mark is stored with the last event.
   */
  async append(
    stream: string,
    expected: number,
    events: readonly EventToAppend[],
    mark: string,
  ): Promise<number> {
    const { appends, appendTimeoutMs, outages, nameInKurrent } = this.#options;
    const proposed = events.map(({ id, type, bytes }, index) => ({
      id,
      type,
      contentType: 'application/octet-stream' as const,
      data: bytes,
      metadata: index === events.length - 1 ? { append: mark } : undefined,
    }));
    const { nextExpectedRevision } = await outages.watched(
      'append',
      appends.call(appendTimeoutMs, (client) =>
        client.appendToStream(nameInKurrent(stream), proposed, {
          streamState: expected === -1 ? 'no_stream' : BigInt(expected),
          requiresLeader: true,
          // Enforced by the server, which does not execute an append after it.
          deadline: appendTimeoutMs,
        }),
      ),
    );
    return Number(nextExpectedRevision);
  }

  async #read(stream: string, options: ReadOptions): Promise<EventThere[]> {
    const { reads, readTimeoutMs, outages, nameInKurrent } = this.#options;
    try {
      return await outages.watched(
        'read',
        reads.call(readTimeoutMs, (client) =>
          readToEnd(client, nameInKurrent(stream), this.#fromLeader(options)),
        ),
      );
    } catch (error) {
      if (isStreamDeleted(error)) throw streamGap(stream, 0);
      if (!isStreamNotFound(error)) throw error;
      if (await this.#wasDeleted(stream)) throw streamGap(stream, 0);
      return [];
    }
  }

  /**
   * Adds our credentials, and requires the leader: a follower may lag, and a writer must not mistake that for the end.
   */
  #fromLeader(options: ReadOptions): ReadOptions {
    const { credentials } = this.#options;
    return { ...options, requiresLeader: true, ...(credentials === undefined ? {} : { credentials }) };
  }

  /** A deleted stream looks like one that never existed, except for its metadata; its revisions continue. */
  async #wasDeleted(stream: string): Promise<boolean> {
    const settings = await this.settings(stream);
    return settings !== 'hidden' && settings?.['$tb'] !== undefined;
  }

  /** A stream’s metadata; undefined if nobody set any, `hidden` if we may not read it. */
  async settings(stream: string): Promise<StreamSettings | 'hidden' | undefined> {
    const { reads, readTimeoutMs, nameInKurrent } = this.#options;
    try {
      return await reads.call(readTimeoutMs, async (client) => {
        let settings: StreamSettings | undefined;
        const options = this.#fromLeader({ direction: 'backwards', fromRevision: 'end', maxCount: 1 });
        for await (const { event } of client.readStream(`$$${nameInKurrent(stream)}`, options)) {
          const data: unknown = event?.data;
          if (typeof data === 'object' && data !== null && !(data instanceof Uint8Array))
            settings = { ...data };
        }
        return settings;
      });
    } catch (error) {
      if (isStreamNotFound(error)) return undefined;
      if (isAccessDenied(error)) return 'hidden';
      throw error;
    }
  }
}

/**
 * An event as KurrentDB returns it; without bytes if it is JSON, which we never write and whose original bytes the
 * client does not return.
 */
type EventThere = Omit<MarkedEvent, 'bytes'> & { readonly bytes: Uint8Array | undefined };

/** Reads to the end: an unfinished read holds one of the connection’s 100 streams for good. */
async function readToEnd(
  client: KurrentDBClient,
  nameInKurrent: string,
  options: ReadOptions,
): Promise<EventThere[]> {
  const events: EventThere[] = [];
  for await (const { event } of client.readStream(nameInKurrent, options)) {
    if (event === undefined) continue;
    const data: unknown = event.data;
    events.push({
      id: event.id,
      type: event.type,
      revision: Number(event.revision),
      bytes: !event.isJson && data instanceof Uint8Array ? data : undefined,
      mark: markOf(event.metadata),
    });
  }
  return events;
}

/** @throws ForeignEvent */
function withBytes(stream: string, event: EventThere): MarkedEvent {
  const { bytes } = event;
  if (bytes === undefined) throw foreignEvent(stream, event);
  return { ...event, bytes };
}

const markOf = (metadata: unknown): string | undefined =>
  typeof metadata === 'object' &&
  metadata !== null &&
  'append' in metadata &&
  typeof metadata.append === 'string'
    ? metadata.append
    : undefined;
