import {
  isSignedBy,
  leafHash,
  originOf,
  parseCheckpoint,
  sameHash,
  signCheckpoint,
  TreeRoot,
  verifierKey,
  type Checkpoint,
  type TreeHash,
  type VerifierKey,
} from '@kinledger/domain';
import {
  HASH_BYTES,
  isCheckpointDiffers,
  type Checkpoints,
  type EventStore,
  type LastCheckpoint,
} from '@kinledger/event-store';
import { BackOff, isAborted, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type { Publication } from '../publication/publication.js';
import type { CheckpointFolder } from './checkpoint-folder.js';
import { checkpointRefused, isCheckpointRefused } from './checkpoint-refused.js';
import type { SigningKey } from './signing-key.js';

/** Told of what is signed; for metrics and logs. */
export interface CheckpointObserver {
  /** So many events are decided. */
  grown(size: number): void;
  /** The last checkpoint, and when it was signed. */
  signed(size: number, at: Date): void;
  /** A failure after which it is tried again; CheckpointRefused where a person has to look. */
  failed(error: unknown): void;
  /** All that is decided is signed and copied. */
  caughtUp(): void;
}

export interface CheckpointSignerOptions {
  readonly stream: string;
  readonly store: EventStore;
  readonly checkpoints: Checkpoints;
  /** The operator's own place; absent where there is none. */
  readonly folder: CheckpointFolder | undefined;
  readonly key: SigningKey;
  readonly observer: CheckpointObserver;
  /** While the ledger grows, a checkpoint is signed so often. */
  readonly everyMs: number;
  /** Once the ledger has not grown for so long, the rest is signed. */
  readonly quietMs?: number;
  /** The first pause after a failure; it doubles with each further one. */
  readonly retryMs?: number;
  /** What one checkpoint adds at most. */
  readonly maxEvents?: number;
}

const QUIET_MS = 1_000;
const POLL_MS = 5_000;
/** A medium that was away is looked for again. */
const COPY_AGAIN_MS = 10_000;
const RETRY_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
const PAGE = 2_000;
/** The hashes of their leaves are kept in one row. */
const MAX_EVENTS = 50_000;
const NOTES_AT_A_TIME = 500;

/** What is signed so far, and what the operator's place says beyond it. */
interface Standing {
  readonly tree: TreeRoot;
  /** Checkpoints that the ledger has yet to reach: a restored ledger ends before them. */
  readonly ahead: readonly Checkpoint[];
}

/**
 * Signs how many events the ledger has and the root of the tree over them, as it reads them back from the store, at closing
 * events. A checkpoint is kept beside the ledger first and then copied to the operator's place; a process that is killed
 * between any two of these steps goes on from what is kept. One size is never signed with two roots, also where the
 * ledger was restored to what it was before a checkpoint that the operator's place has.
 */
export class CheckpointSigner implements Publication {
  readonly #wakeUp = new WakeUp();
  readonly #origin: string;
  readonly #verifier: VerifierKey;
  readonly #options: CheckpointSignerOptions;
  /** Events up to the last closing one. */
  #closed = 0;
  #grownAt = Number.NEGATIVE_INFINITY;
  #signedAt = Number.NEGATIVE_INFINITY;
  /** Everything up to this size is in the operator's place. */
  #copied = 0;
  #copyFailedAt: number | undefined;

  constructor(options: CheckpointSignerOptions) {
    this.#options = options;
    this.#origin = originOf(options.stream);
    this.#verifier = verifierKey(this.#origin, options.key.publicKey);
  }

  closedUpTo(revision: number): void {
    if (revision < this.#closed) return;
    this.#closed = revision + 1;
    this.#grownAt = performance.now();
    this.#options.observer.grown(this.#closed);
    this.#wakeUp.call();
  }

  /** Signs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { observer, retryMs = RETRY_MS } = this.#options;
    let standing: Standing | undefined;
    const backOff = new BackOff({ firstMs: retryMs, longestMs: LONGEST_PAUSE_MS });
    while (!signal.aborted) {
      try {
        standing ??= await this.#takeUp();
        const due = await this.#untilDue(standing, signal);
        if (due === 'signing') {
          standing = await this.#signAll(standing, this.#closed, signal);
          this.#signedAt = performance.now();
        }
        if (due !== undefined && (await this.#copy())) observer.caughtUp();
        backOff.reset();
      } catch (error) {
        if (isAborted(signal)) return;
        observer.failed(error);
        standing = undefined;
        const ms = backOff.failed();
        await pauseUnlessAborted(isCheckpointRefused(error) ? LONGEST_PAUSE_MS : ms, signal);
      }
    }
  }

  /** Waits until it is time to sign or to copy. @returns undefined when the signal aborts first. */
  async #untilDue(
    { tree, ahead }: Standing,
    signal: AbortSignal,
  ): Promise<'signing' | 'copying' | undefined> {
    const { everyMs, quietMs = QUIET_MS } = this.#options;
    while (!isAborted(signal)) {
      const now = performance.now();
      const isSigned = this.#closed <= tree.size && (ahead.length === 0 || this.#closed === 0);
      const signing = isSigned ? Infinity : Math.min(this.#signedAt + everyMs, this.#grownAt + quietMs) - now;
      const copying = this.#copyFailedAt === undefined ? Infinity : this.#copyFailedAt + COPY_AGAIN_MS - now;
      if (signing <= 0) return 'signing';
      if (copying <= 0) return 'copying';
      await this.#wakeUp.wait({ ms: Math.min(signing, copying, POLL_MS), signal });
    }
    return undefined;
  }

  /** Goes on from the last checkpoint that is kept. @throws CheckpointRefused */
  async #takeUp(): Promise<Standing> {
    const { checkpoints, stream, observer } = this.#options;
    const last = await checkpoints.last(stream);
    const tree = last === undefined ? new TreeRoot() : this.#resumed(last);
    if (last !== undefined) observer.signed(last.size, last.signedAt);
    this.#copied = 0;
    await this.#copy();
    return { tree, ahead: await this.#ahead(tree.size) };
  }

  #resumed({ size, note, frontier }: LastCheckpoint): TreeRoot {
    const tree = TreeRoot.resume(size, hashesOf(frontier));
    const signed = this.#ours(note);
    if (signed?.size !== size || !sameHash(signed.root, tree.root())) {
      throw checkpointRefused(
        `the checkpoint of ${size} events that is kept beside the ledger is not one that this key signed: it was changed`,
      );
    }
    return tree;
  }

  /** What a note says, if this very key signed it of this very ledger. */
  #ours(bytes: Uint8Array): Checkpoint | undefined {
    const read = parseCheckpoint(bytes);
    if (read === undefined || !isSignedBy(read.note, this.#verifier)) return undefined;
    return read.checkpoint.origin === this.#origin ? read.checkpoint : undefined;
  }

  async #signAll(standing: Standing, end: number, signal: AbortSignal): Promise<Standing> {
    const { maxEvents = MAX_EVENTS } = this.#options;
    const { tree } = standing;
    const ahead = await this.#requireAhead(standing, end, signal);
    while (tree.size < end) await this.#sign(tree, Math.min(end, tree.size + maxEvents), signal);
    return { tree, ahead };
  }

  async #sign(tree: TreeRoot, end: number, signal: AbortSignal): Promise<void> {
    const { checkpoints, stream, key, observer } = this.#options;
    const leaves: TreeHash[] = [];
    await this.#readOn(tree, end, signal, (leaf) => leaves.push(leaf));
    const root = tree.root();
    const text = signCheckpoint({ origin: this.#origin, size: end, root }, this.#verifier, key.privateKey);
    const note = Buffer.from(text, 'utf8');
    const [frontier, hashes] = [Buffer.concat(tree.frontier), Buffer.concat(leaves)];
    await checkpoints.add(stream, { size: end, note, frontier, leaves: hashes }).catch((error: unknown) => {
      throw isCheckpointDiffers(error)
        ? checkpointRefused(`${error.message}, and the ledger is another now`)
        : error;
    });
    observer.signed(end, new Date());
  }

  /** Takes events up into a tree, as the store gives them back. */
  async #readOn(
    tree: TreeRoot,
    end: number,
    signal: AbortSignal,
    take: (leaf: TreeHash) => void,
  ): Promise<void> {
    const { store, stream } = this.#options;
    while (tree.size < end) {
      const page = await store.readPage(stream, tree.size, Math.min(PAGE, end - tree.size));
      signal.throwIfAborted();
      if (page.length === 0) throw new Error(`${stream} became shorter while it was read`);
      for (const { bytes } of page) {
        const leaf = leafHash(bytes);
        tree.addSubtree(0, leaf);
        take(leaf);
      }
    }
  }

  /**
   * Compares the ledger with every checkpoint of the operator's place that goes beyond what is signed here.
   * @returns what the ledger has yet to reach: nothing.
   * @throws CheckpointRefused where it says something else, or ends before one of them.
   */
  async #requireAhead(
    { tree, ahead }: Standing,
    end: number,
    signal: AbortSignal,
  ): Promise<readonly Checkpoint[]> {
    const furthest = ahead.at(-1);
    if (furthest === undefined) return ahead;
    if (furthest.size > end) {
      throw checkpointRefused(
        `the folder of checkpoints has one of ${furthest.size} events, and the ledger has ${end}: it was restored to an earlier state; nothing is signed until it has them again`,
      );
    }
    const copy = TreeRoot.resume(tree.size, tree.frontier);
    for (const { size, root } of ahead) {
      await this.#readOn(copy, size, signal, () => undefined);
      if (!sameHash(copy.root(), root)) throw twoStories(size);
    }
    return [];
  }

  /** Checkpoints of ours in the operator's place that are about more events than are signed here. */
  async #ahead(size: number): Promise<readonly Checkpoint[]> {
    const { folder, observer } = this.#options;
    if (folder === undefined) return [];
    try {
      const notes: Checkpoint[] = [];
      for (const its of await folder.sizes()) {
        const note = its > size ? await folder.read(its) : undefined;
        const checkpoint = note && this.#ours(note);
        if (checkpoint?.size === its) notes.push(checkpoint);
      }
      return notes;
    } catch (error) {
      // A medium that is away does not keep the ledger from being signed.
      observer.failed(error);
      return [];
    }
  }

  /** Brings what is kept beside the ledger to the operator's place. @returns whether all of it is there. */
  async #copy(): Promise<boolean> {
    const { checkpoints, stream, folder, observer } = this.#options;
    if (folder === undefined) return true;
    try {
      for (;;) {
        const notes = await checkpoints.notesAfter(stream, this.#copied, NOTES_AT_A_TIME);
        if (notes.length === 0) {
          this.#copyFailedAt = undefined;
          return true;
        }
        for (const { size, note } of notes) {
          const there = await folder.read(size);
          if (there === undefined) await folder.write(size, note);
          else this.#requireSame(size, note, there);
          this.#copied = size;
        }
      }
    } catch (error) {
      if (isCheckpointRefused(error)) throw error;
      this.#copyFailedAt = performance.now();
      observer.failed(error);
      return false;
    }
  }

  /** A copy may bear further signatures, or be damaged; it may not tell another story with our signature. */
  #requireSame(size: number, note: Uint8Array, there: Uint8Array): void {
    if (Buffer.compare(note, there) === 0) return;
    const [kept, copy] = [this.#ours(note), this.#ours(there)];
    if (copy === undefined) {
      this.#options.observer.failed(
        new Error(
          `the folder of checkpoints has a file for ${size} events that is not the checkpoint: it was changed`,
        ),
      );
    } else if (kept === undefined || copy.size !== size || !sameHash(kept.root, copy.root)) {
      throw twoStories(size);
    }
  }
}

const twoStories = (size: number) =>
  checkpointRefused(
    `the folder of checkpoints has one of ${size} events with another root than the ledger’s: the ledger was rewritten, or restored and continued otherwise; nothing is signed until a person has looked`,
  );

const hashesOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
