/** An event as the stand-in stores it: unchanged, as the server does. */
export interface HeldEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Expectation = 'any' | 'no-stream' | 'exists' | number;

export type WriteOutcome =
  | { readonly kind: 'success'; readonly revision: number }
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  | { readonly kind: 'deleted' };

interface Metadata {
  readonly $tb?: number;
  readonly $maxCount?: number;
}

interface HeldStream {
  readonly events: HeldEvent[];
  /** Readers cannot see events before this revision (`$tb`); beyond the end after a soft delete. */
  truncateBefore: number;
  /** Readers see only this number of last events (`$maxCount`). */
  maxCount: number;
  tombstoned: boolean;
}

/**
 * Streams with the rules of an EventStoreDB 23.10 as measured, including the surprising ones: it recognises a repeated
 * append by its ids only, at the expected revision only, and silently discards its data.
 */
export class StandInStreams {
  readonly #streams = new Map<string, HeldStream>();
  readonly #metadata = new Map<string, Metadata>();
  /** Ids that `any` recognises; a restart forgets them. */
  #recent = new Map<string, number>();

  write(name: string, expected: Expectation, events: readonly HeldEvent[]): WriteOutcome {
    if (name.startsWith('$$')) return this.#writeMetadata(name.slice(2), events);
    const stream = this.#streams.get(name);
    if (stream?.tombstoned === true) return { kind: 'deleted' };
    const current = (stream?.events.length ?? 0) - 1;
    const isGone = stream === undefined || stream.truncateBefore > current;
    switch (expected) {
      case 'any':
        return this.#repeatedRecently(name, events) ?? this.#add(name, events);
      case 'exists':
        return isGone ? { kind: 'wrong-expected-version', current } : this.#add(name, events);
      case 'no-stream':
        if (isGone) return this.#add(name, events);
        return this.#repeatedAt(stream, -1, events);
      default:
        if (expected === current) return this.#add(name, events);
        if (stream === undefined || expected > current) return { kind: 'wrong-expected-version', current };
        return this.#repeatedAt(stream, expected, events);
    }
  }

  /** Undefined if there is no such stream; `deleted` if it was tombstoned. */
  find(
    name: string,
  ): { readonly events: readonly HeldEvent[]; readonly first: number } | 'deleted' | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined) return undefined;
    if (stream.tombstoned) return 'deleted';
    if (stream.truncateBefore > stream.events.length - 1) return undefined;
    return {
      events: stream.events,
      first: Math.max(stream.truncateBefore, stream.events.length - stream.maxCount),
    };
  }

  /** Metadata of a stream as its `$$` stream holds it; undefined if nobody set any. */
  metadataOf(name: string): string | undefined {
    const { truncateBefore = 0 } = this.#streams.get(name) ?? {};
    const written = this.#metadata.get(name);
    if (written === undefined && truncateBefore === 0) return undefined;
    return JSON.stringify({ ...written, ...(truncateBefore === 0 ? {} : { $tb: truncateBefore }) });
  }

  delete(name: string): void {
    this.#require(name).truncateBefore = Number.MAX_SAFE_INTEGER;
  }

  tombstone(name: string): void {
    this.#require(name).tombstoned = true;
  }

  forgetRecent(): void {
    this.#recent = new Map();
  }

  /** Of all metadata, only `$tb` and `$maxCount` take effect here. */
  #writeMetadata(name: string, events: readonly HeldEvent[]): WriteOutcome {
    const data = JSON.parse(Buffer.from(events.at(-1)?.data ?? []).toString('utf8')) as Metadata;
    this.#metadata.set(name, data);
    const stream = this.#streams.get(name);
    if (stream !== undefined) {
      stream.truncateBefore = data.$tb ?? 0;
      stream.maxCount = data.$maxCount ?? Number.POSITIVE_INFINITY;
    }
    return { kind: 'success', revision: 0 };
  }

  #require(name: string): HeldStream {
    const stream = this.#streams.get(name);
    if (stream === undefined) throw new Error(`the stand-in has no stream ${name}`);
    return stream;
  }

  #add(name: string, events: readonly HeldEvent[]): WriteOutcome {
    // As measured: an empty append succeeds, and creates no stream.
    if (events.length === 0) return { kind: 'success', revision: -1 };
    const stream = this.#streams.get(name) ?? {
      events: [],
      truncateBefore: 0,
      maxCount: Number.POSITIVE_INFINITY,
      tombstoned: false,
    };
    if (stream.truncateBefore > stream.events.length) stream.truncateBefore = stream.events.length;
    this.#streams.set(name, stream);
    for (const event of events) {
      this.#recent.set(`${name} ${event.id}`, stream.events.length);
      stream.events.push(event);
    }
    return { kind: 'success', revision: stream.events.length - 1 };
  }

  #repeatedAt(stream: HeldStream, expected: number, events: readonly HeldEvent[]): WriteOutcome {
    const same = events.every(({ id }, index) => stream.events[expected + 1 + index]?.id === id);
    return same
      ? { kind: 'success', revision: expected + events.length }
      : { kind: 'wrong-expected-version', current: stream.events.length - 1 };
  }

  #repeatedRecently(name: string, events: readonly HeldEvent[]): WriteOutcome | undefined {
    const [first] = events;
    const at = first === undefined ? undefined : this.#recent.get(`${name} ${first.id}`);
    if (at === undefined) return undefined;
    const stream = this.#require(name);
    return events.every(({ id }, index) => stream.events[at + index]?.id === id)
      ? { kind: 'success', revision: at + events.length - 1 }
      : undefined;
  }
}
