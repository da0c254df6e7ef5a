import { endianness } from 'node:os';
import { erasesBodies } from '@kinledger/contracts';
import { LedgerTree, type LedgerMemory, type ProgrammeLedger } from '@kinledger/decisions';
import { ArchiveReader, ArchiveWriter, isArchiveUnreadable } from '@kinledger/domain';
import { bodiesIn, type EventStore } from '@kinledger/event-store';
import { isSnapshotDamaged, type SnapshotGround, type Snapshots } from './snapshots.js';

/** Why a snapshot does not count: the part of its ground that is not as it is here, or what is wrong with it. */
type Objection = keyof SnapshotGround | 'erasure' | 'damaged';

/** What became of a snapshot. */
export type SnapshotNews =
  | { readonly outcome: 'kept' | 'used'; readonly position: number; readonly seconds: number }
  | { readonly outcome: 'ignored'; readonly position: number; readonly why: Objection }
  | { readonly outcome: 'failed'; readonly error: unknown };

export interface LedgerSnapshotsOptions {
  readonly programme: string;
  readonly stream: string;
  readonly store: EventStore;
  readonly snapshots: Snapshots;
  /** What this linker works with. */
  readonly ground: Pick<SnapshotGround, 'strategy' | 'definition' | 'code'>;
  /** So many events after the last snapshot the next one is due. */
  readonly everyEvents: number;
  readonly onNews: (news: SnapshotNews) => void;
}

/** Hashed at a time, so that what is to be decided never waits long. */
const EVENTS_AT_A_TIME = 500;
/** Bodies are looked into at the ledger's beginning and before the snapshot. */
export const SAMPLE_EVENTS = 16;
const PAGE_EVENTS = 1_000;

/**
 * Snapshots of what a linker remembers, so that a start reads only what came after (architecture §6). One is written
 * while nothing waits. It counts only at its own position in the very same ledger, for the same strategy, definition,
 * code and keys, and if nothing was erased since; what does not count is deleted, and the whole ledger is read.
 */
export class LedgerSnapshots implements LedgerMemory {
  #tree: LedgerTree;
  /** Position of the last snapshot, or where the last one failed. */
  #last = -1;
  readonly #options: LedgerSnapshotsOptions;

  constructor(options: LedgerSnapshotsOptions) {
    this.#options = options;
    this.#tree = this.#newTree();
  }

  /**
   * Brings an empty ledger to where the newest snapshot is, if that counts.
   * @param end revision of the last closing event.
   * @param empty makes a ledger to which nothing was applied.
   */
  async restore(
    end: number,
    empty: () => ProgrammeLedger,
    signal: AbortSignal,
  ): Promise<ProgrammeLedger | undefined> {
    const { programme, snapshots, onNews } = this.#options;
    const started = performance.now();
    this.#tree = this.#newTree();
    this.#last = -1;
    const stored = await snapshots.newest(programme);
    if (stored === undefined) return undefined;
    const { position } = stored.ground;
    const ignore = async (why: Objection) => {
      await snapshots.discard(programme);
      onNews({ outcome: 'ignored', position, why });
    };

    const objection = await this.#objectionTo(stored.ground, end, signal);
    if (objection !== undefined) {
      await ignore(objection);
      return undefined;
    }
    const ledger = empty();
    try {
      const reader = new ArchiveReader(stored.pieces());
      await ledger.passThrough(reader);
      await reader.finish();
    } catch (error) {
      if (!isArchiveUnreadable(error) && !isSnapshotDamaged(error)) throw error;
      await ignore('damaged');
      return undefined;
    }
    this.#last = position;
    onNews({ outcome: 'used', position, seconds: (performance.now() - started) / 1000 });
    return ledger;
  }

  /** Writes a snapshot of a ledger at a closed position, if one is due; a large ledger is taken up over several calls. */
  async keepIfDue(ledger: ProgrammeLedger, signal: AbortSignal): Promise<void> {
    const { everyEvents, onNews } = this.#options;
    const position = ledger.closedAt;
    // What was erased since this process read it is still in memory: it must not get out.
    if (position - this.#last < everyEvents || ledger.engine.holdsErased) return;
    const started = performance.now();
    try {
      await this.#tree.takeUp(position, signal, EVENTS_AT_A_TIME);
      if (this.#tree.position < position) return;
      await this.#write(ledger, position, signal);
      onNews({ outcome: 'kept', position, seconds: (performance.now() - started) / 1000 });
    } catch (error) {
      if (signal.aborted) return;
      onNews({ outcome: 'failed', error });
    }
    this.#last = position;
  }

  /** Deletes the snapshot: what is about to be erased may be in it. */
  async discard(): Promise<void> {
    await this.#options.snapshots.discard(this.#options.programme);
    this.#last = -1;
  }

  #newTree(): LedgerTree {
    return new LedgerTree(this.#options.store, this.#options.stream);
  }

  async #write(ledger: ProgrammeLedger, position: number, signal: AbortSignal): Promise<void> {
    const { programme, snapshots } = this.#options;
    const ground = await this.#groundAt(position, signal);
    await snapshots.write(programme, ground, async (take) => {
      const writer = new ArchiveWriter(async (piece) => {
        // Who stops is not kept waiting; the next start reads on from the one before.
        signal.throwIfAborted();
        await take(piece);
      });
      await ledger.passThrough(writer);
      await writer.finish();
    });
  }

  /** What speaks against a snapshot on this ground; the dearest question comes last. */
  async #objectionTo(
    stored: SnapshotGround,
    end: number,
    signal: AbortSignal,
  ): Promise<Objection | undefined> {
    const { position } = stored;
    if (position > end) return 'position';
    const ground = this.#ground;
    const other = (['strategy', 'definition', 'code', 'byteOrder'] as const).find(
      (part) => stored[part] !== ground[part],
    );
    if (other !== undefined) return other;
    if (await this.#erasedBetween(position + 1, end)) return 'erasure';
    const here = await this.#groundAt(position, signal);
    return (['treeRoot', 'bodies', 'keyVersions'] as const).find((part) => stored[part] !== here[part]);
  }

  /** The ground that does not depend on the ledger. */
  get #ground() {
    return { ...this.#options.ground, byteOrder: endianness() };
  }

  async #groundAt(position: number, signal: AbortSignal): Promise<SnapshotGround> {
    const { store, stream } = this.#options;
    const [bodies, keyVersions] = await Promise.all([
      store.countBodies(stream, position),
      this.#keyVersionsUpTo(position),
      this.#tree.takeUp(position, signal),
    ]);
    return { position, treeRoot: this.#tree.root, ...this.#ground, bodies, keyVersions };
  }

  async #erasedBetween(from: number, to: number): Promise<boolean> {
    const { store, stream } = this.#options;
    for (let next = from; next <= to;) {
      const page = await store.readPage(stream, next, Math.min(PAGE_EVENTS, to - next + 1));
      if (page.length === 0) throw new Error(`${stream} became shorter while it was read`);
      if (page.some(({ type }) => erasesBodies(type))) return true;
      next += page.length;
    }
    return false;
  }

  async #keyVersionsUpTo(position: number): Promise<string> {
    const { store, stream } = this.#options;
    const samples = await Promise.all([
      store.readSegments(stream, 0, Math.min(position, SAMPLE_EVENTS - 1)),
      store.readSegments(stream, Math.max(0, position - SAMPLE_EVENTS + 1), position),
    ]);
    const versions = new Set(
      bodiesIn(samples.flat())
        .values()
        .map(({ keyVersion }) => keyVersion),
    );
    return [...versions].sort((a, b) => a - b).join(' ');
  }
}
