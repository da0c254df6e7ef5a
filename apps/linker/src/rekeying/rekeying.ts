import type { CommandData } from '@kinledger/contracts';
import {
  rekeyedChunk,
  rekeyedIn,
  rekeyedOccurrences,
  rekeyedTable,
  type RekeyedBodies,
  type RekeyingHand,
  type RekeyingOrder,
  type TokenWrapping,
} from '@kinledger/decisions';
import type { BodiesToRekey, EventStore, MarkedSegment, NameTables } from '@kinledger/event-store';
import type { Inbox } from '../inbox/inbox.js';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';

/** How far a rotation is. */
export interface RekeyingProgress {
  readonly keyVersion: number;
  readonly bodies: number;
  readonly total: number;
}

export interface RekeyingOptions {
  readonly stream: string;
  readonly store: Pick<EventStore, 'countBodies'>;
  readonly inbox: Inbox;
  /** Undefined if this linker has no role that may change bodies: keys cannot be rotated then. */
  readonly bodies: BodiesToRekey | undefined;
  /** Tables of name frequencies: the tokens of the stream's are wrapped too. */
  readonly nameTables: NameTables;
  readonly wrapping: TokenWrapping;
  readonly snapshots: Pick<LedgerSnapshots, 'discard'> | undefined;
  readonly onProgress: (progress: RekeyingProgress) => void;
}

/** Staged chunks that are wrapped at once. */
const CHUNKS_AT_ONCE = 32;

/** Brings tokens that this linker holds to another key: bodies beside the ledger, staged rows, and waiting commands. */
export class Rekeying implements RekeyingHand {
  readonly #options: RekeyingOptions;

  constructor(options: RekeyingOptions) {
    this.#options = options;
  }

  /** Version of the newest token key among the secrets; undefined if keys cannot be rotated here. */
  async newest(signal: AbortSignal): Promise<number | undefined> {
    return this.#options.bodies === undefined ? undefined : this.#options.wrapping.newest(signal);
  }

  async prepare(): Promise<void> {
    await this.#options.snapshots?.discard();
  }

  async *rekey({ to, upTo }: RekeyingOrder, signal: AbortSignal): AsyncGenerator<RekeyedBodies> {
    const { stream, store, wrapping, onProgress } = this.#options;
    const bodies = this.#bodies;
    await wrapping.adopt(to, signal);
    await this.#rekeyTables(to, signal);
    const total = await store.countBodies(stream, upTo);
    let done = 0;
    onProgress({ keyVersion: to, bodies: done, total });
    let ahead = this.#page(-1, to, upTo, signal);
    for (;;) {
      const page = await ahead;
      const last = page.at(-1);
      if (last === undefined) return;
      // The next page is read and wrapped while this one is written.
      ahead = this.#page(last.segment.revision, to, upTo, signal);
      ahead.catch(() => undefined);
      await bodies.replace(
        stream,
        page.flatMap(({ segment, bytes }) => (bytes === segment.bytes ? [] : [{ ...segment, bytes }])),
      );
      for (const { segment, bytes } of page) {
        const records = [...rekeyedIn(bytes, to).values()];
        done += records.length;
        if (records.length > 0) yield { placedAt: segment.revision, records };
      }
      onProgress({ keyVersion: to, bodies: done, total });
    }
  }

  async #rekeyTables(to: number, signal: AbortSignal): Promise<void> {
    const { stream, nameTables, wrapping } = this.#options;
    for (const table of await nameTables.all(stream)) {
      const rekeyed = await rekeyedTable(table, to, wrapping, signal);
      if (rekeyed !== table) await nameTables.keep(stream, rekeyed);
    }
  }

  async #page(after: number, to: number, upTo: number, signal: AbortSignal): Promise<RekeyedSegment[]> {
    const { stream, wrapping } = this.#options;
    const page = await this.#bodies.page(stream, after, upTo);
    return Promise.all(
      page.map(async (segment) => ({
        segment,
        bytes: await rekeyedChunk(segment.bytes, to, wrapping, signal),
      })),
    );
  }

  get #bodies(): BodiesToRekey {
    const { bodies } = this.#options;
    if (bodies === undefined)
      throw new Error('bodies cannot be changed here: KINLEDGER_ERASER_URL is not set');
    return bodies;
  }

  /** Wraps the staged rows that have an older key. @returns the number of their chunks. */
  async rekeyStaged(keyVersion: number, signal: AbortSignal): Promise<number> {
    const { inbox, wrapping } = this.#options;
    let count = 0;
    for (;;) {
      const chunks = await inbox.chunksBefore(keyVersion, CHUNKS_AT_ONCE);
      if (chunks.length === 0) return count;
      const rekeyed = await Promise.all(
        chunks.map(async (chunk) => ({
          ...chunk,
          keyVersion,
          body: await rekeyedChunk(chunk.body, keyVersion, wrapping, signal),
        })),
      );
      await inbox.replaceChunks(rekeyed);
      count += chunks.length;
    }
  }

  /** A command whose tokens, if it has any, are under the ledger's key. */
  async underKey(command: CommandData, keyVersion: number, signal: AbortSignal): Promise<CommandData> {
    if (command.kind !== 'erase-person' || command.payload.keyVersion >= keyVersion) return command;
    const change = { from: command.payload.keyVersion, to: keyVersion };
    const tokens = await rekeyedOccurrences(command.payload.tokens, change, this.#options.wrapping, signal);
    return { ...command, payload: { ...command.payload, tokens, keyVersion } };
  }
}

interface RekeyedSegment {
  readonly segment: MarkedSegment;
  readonly bytes: Uint8Array;
}
