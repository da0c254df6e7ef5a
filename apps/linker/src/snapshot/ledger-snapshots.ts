import { endianness } from 'node:os';
import { changesBodies, erasesBodies } from '@kinledger/contracts';
import { LedgerTree, type LedgerMemory, type ProgrammeLedger } from '@kinledger/decisions';
import { ArchiveReader, ArchiveWriter, isArchiveUnreadable } from '@kinledger/domain';
import { bodiesIn, type EventStore } from '@kinledger/event-store';
import { isSnapshotDamaged, type SnapshotGround, type Snapshots } from './snapshots.js';

/** Why a snapshot is not used: the part of its ground that differs here, or its fault. */
type Objection = keyof SnapshotGround | 'erasure' | 'rekeyed' | 'damaged';

/** What happened to a snapshot. */
export type SnapshotNews =
  | { readonly outcome: 'kept' | 'used'; readonly position: number; readonly seconds: number }
  | { readonly outcome: 'ignored'; readonly position: number; readonly why: Objection }
  | { readonly outcome: 'failed'; readonly error: unknown };

export interface LedgerSnapshotsOptions {
  readonly programme: string;
  readonly stream: string;
  readonly store: EventStore;
  readonly snapshots: Snapshots;
  /** The parts of the ground that this linker's configuration and program determine. */
  readonly ground: Pick<SnapshotGround, 'strategy' | 'definition' | 'code'>;
  /** Number of events after the last snapshot at which the next one is due. */
  readonly everyEvents: number;
  readonly onNews: (news: SnapshotNews) => void;
}

/** Number of events hashed at a time, so that decisions never wait for long. */
const EVENTS_AT_A_TIME = 500;
/** Number of events at each end of the ledger up to the snapshot whose bodies are sampled. */
export const SAMPLE_EVENTS = 16;
const PAGE_EVENTS = 1_000;

/**
 * Snapshots of a linker's state in memory, so that a start reads only later events (architecture §6). One is written
 * while nothing waits. It is used only at its own position in the same ledger, for the same strategy, definition, code
 * and keys, and if nothing was erased since; otherwise it is deleted and the whole ledger is read.
 */
export class LedgerSnapshots implements LedgerMemory {
  #tree: LedgerTree;
  /** Position of the last snapshot, or at which the last attempt failed. */
  #last = -1;
  readonly #options: LedgerSnapshotsOptions;

  constructor(options: LedgerSnapshotsOptions) {
    this.#options = options;
    this.#tree = this.#newTree();
  }

  /**
   * Restores an empty ledger from the newest snapshot, if that may be used.
   * @param end revision of the last closing event.
   * @param empty creates a ledger to which no event was applied.
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

  /** Writes a snapshot of a ledger at a closed position, if one is due; a long ledger is hashed over several calls. */
  async keepIfDue(ledger: ProgrammeLedger, signal: AbortSignal): Promise<void> {
    const { everyEvents, onNews } = this.#options;
    const position = ledger.closedAt;
    // Data erased since this process read it is still in memory, and must not be written.
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

  /** Deletes the snapshot, because it may contain records that are about to be erased. */
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
        // A linker that stops does not wait for the snapshot; the next start uses the previous one.
        signal.throwIfAborted();
        await take(piece);
      });
      await ledger.passThrough(writer);
      await writer.finish();
    });
  }

  /** Checks whether a snapshot with this ground may be used; the most expensive check comes last. */
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
    const changed = await this.#changeBetween(position + 1, end);
    if (changed !== undefined) return changed;
    const here = await this.#groundAt(position, signal);
    return (['treeRoot', 'bodies', 'keyVersions'] as const).find((part) => stored[part] !== here[part]);
  }

  /** The parts of the ground that do not depend on the ledger. */
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

  /** What bodies have lost or changed by these events. */
  async #changeBetween(from: number, to: number): Promise<'erasure' | 'rekeyed' | undefined> {
    const { store, stream } = this.#options;
    for (let next = from; next <= to;) {
      const page = await store.readPage(stream, next, Math.min(PAGE_EVENTS, to - next + 1));
      if (page.length === 0) throw new Error(`${stream} became shorter while it was read`);
      const changing = page.find(({ type }) => changesBodies(type));
      if (changing !== undefined) return erasesBodies(changing.type) ? 'erasure' : 'rekeyed';
      next += page.length;
    }
    return undefined;
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
