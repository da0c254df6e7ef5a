import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type pg from 'pg';
import { earlierResult, isAsExpected } from '../append-rules.js';
import { isRevisionConflict, revisionConflict } from '../errors.js';
import type { AppendOptions, AppendResult, EventToAppend, StoredEvent } from '../event-store.js';
import { appendParts } from './append-parts.js';
import { asOnlyWriter, sweepOrphans, writeAhead, type HeldStream } from './segments-ahead.js';
import type { KurrentStreams } from './kurrent-streams.js';
import { retryWhileTransient, type Patience } from './patience.js';
import { eventsLeftByInterruption } from './interrupted-append.js';
import { settleAppend } from './settle-append.js';
import { StreamIds } from './stream-ids.js';

export interface KurrentAppenderOptions {
  readonly streams: KurrentStreams;
  /** In the role of the linker. */
  readonly pool: pg.Pool;
  /** In the role of the eraser; if absent, nothing is swept. */
  readonly eraser: pg.Pool | undefined;
  readonly patience: Patience;
  /** An append that began longer ago than this can no longer be in progress. */
  readonly underwayMs: number;
}

const INDEX_PAGE = 4_096;

/**
 * Implements the port's append with the server's: recognises and compares existing events by id, writes segments first,
 * splits large appends into parts, turns every expectation into an exact revision, and verifies the outcome of each
 * part.
 */
export class KurrentAppender {
  readonly #ids = new Map<string, StreamIds>();
  readonly #swept = new Set<string>();
  /** The server receives one append at a time; the next one may check ids and write its segments meanwhile. */
  readonly #limit = pLimit(2);
  readonly #options: KurrentAppenderOptions;

  constructor(options: KurrentAppenderOptions) {
    this.#options = options;
  }

  /** Remembers the ids of events that were read, if they continue those already known. */
  learn(stream: string, page: readonly StoredEvent[]): void {
    this.#idsOf(stream).learn(page);
  }

  append(stream: string, events: readonly EventToAppend[], options: AppendOptions): Promise<AppendResult> {
    return this.#limit(() =>
      asOnlyWriter(this.#options.pool, stream, async (held) => {
        try {
          await this.#sweepOnce(held);
          return await this.#appendAlone(held, events, options);
        } catch (error) {
          this.#swept.delete(stream);
          throw error;
        }
      }),
    );
  }

  /**
   * Appends as the stream's only writer among those that use PostgreSQL's lock; the expected revision detects any other
   * writer.
   */
  async #appendAlone(
    held: HeldStream,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<AppendResult> {
    const { name } = held;
    const { expectedRevision: expected, segments = [], payloads = [] } = options;
    for (;;) {
      const { head, known } = await retryWhileTransient(this.#options.patience, async () => {
        const last = await this.#options.streams.head(name);
        return { head: last, known: await this.#knownAmong(name, events, last) };
      });
      const done = eventsLeftByInterruption(appendParts(events), expected, head, known);
      if (done === 0) {
        const earlier = earlierResult(name, events, expected, head, known);
        if (earlier !== undefined) return earlier;
        if (!isAsExpected(expected, head)) throw revisionConflict(name, expected, head);
      }
      const rest = events.slice(done);
      await writeAhead(held, {
        first: head + 1,
        last: head + rest.length,
        // Segments of events that are present were written before them; one that is missing now was erased.
        segments: done === 0 ? segments : segments.filter(({ revision }) => revision > head),
        payloads,
      });
      try {
        const written = await this.#appendParts(name, head, rest);
        const firstRevision = head + 1 - done;
        return {
          firstRevision,
          lastRevision: firstRevision + events.length - 1,
          repeated: done === 0 && !written,
        };
      } catch (error) {
        // A writer that does not use PostgreSQL's lock came in between. An append that accepts any revision tries
        // again.
        if (!isRevisionConflict(error)) throw error;
        if (typeof expected === 'number' || expected === 'no-stream') {
          throw revisionConflict(name, expected, error.actual);
        }
      }
    }
  }

  /** Returns true if this call wrote at least one part. */
  async #appendParts(stream: string, head: number, events: readonly EventToAppend[]): Promise<boolean> {
    const mark = randomUUID();
    const ids = this.#idsOf(stream);
    let after = head;
    let written = false;
    for (const part of appendParts(events)) {
      const settled = await settleAppend(
        this.#options.streams,
        { stream, after, events: part, mark },
        this.#options.patience,
      );
      written ||= settled === 'written';
      ids.learn(part.map(({ id }, index) => ({ id, revision: after + 1 + index })));
      after += part.length;
    }
    return written;
  }

  /** The stream's events whose ids are among those of `events`. */
  async #knownAmong(
    stream: string,
    events: readonly EventToAppend[],
    head: number,
  ): Promise<Map<string, StoredEvent>> {
    const ids = this.#idsOf(stream);
    while (ids.next <= head) {
      const page = await this.#options.streams.page(stream, ids.next, INDEX_PAGE);
      if (page.length === 0) throw new Error(`${stream} became shorter while it was read`);
      ids.learn(page);
    }
    const wanted = new Set(events.map(({ id }) => id));
    const known = new Map<string, StoredEvent>();
    for (const [first, length] of runs(ids.placesOf(events))) {
      for (let from = first; from < first + length;) {
        const page = await this.#options.streams.page(stream, from, first + length - from);
        if (page.length === 0) break;
        for (const event of page) if (wanted.has(event.id)) known.set(event.id, event);
        from += page.length;
      }
    }
    return known;
  }

  async #sweepOnce(held: HeldStream): Promise<void> {
    if (this.#options.eraser === undefined || this.#swept.has(held.name)) return;
    await sweepOrphans(held, {
      eraser: this.#options.eraser,
      head: () => retryWhileTransient(this.#options.patience, () => this.#options.streams.head(held.name)),
      underwayMs: this.#options.underwayMs,
      signal: this.#options.patience.signal,
    });
    this.#swept.add(held.name);
  }

  #idsOf(stream: string): StreamIds {
    const held = this.#ids.get(stream) ?? new StreamIds();
    this.#ids.set(stream, held);
    return held;
  }
}

/** Groups ascending numbers into runs of consecutive ones: first and length. */
function runs(numbers: readonly number[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[0] + last[1] === number) last[1] += 1;
    else found.push([number, 1]);
  }
  return found;
}
