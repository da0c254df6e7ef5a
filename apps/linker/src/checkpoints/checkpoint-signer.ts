import {
  isSignedBy,
  keyForSize,
  leafHash,
  originOf,
  parseCheckpoint,
  sameHash,
  signCheckpoint,
  TreeRoot,
  verifierKey,
  type Checkpoint,
  type SigningKeyInForce,
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

/** Receives progress of signing, for metrics and logs. */
export interface CheckpointObserver {
  /** This number of events is decided. */
  grown(size: number): void;
  /** The size of the last checkpoint, and when it was signed. */
  signed(size: number, at: Date): void;
  /** A failure that will be retried; CheckpointRefused if a person must investigate. */
  failed(error: unknown): void;
  /** After an attempt to copy: whether all stored checkpoints are in the operator's folder. */
  copied(isComplete: boolean): void;
  /** Everything decided is signed and copied. */
  caughtUp(): void;
}

export interface CheckpointSignerOptions {
  readonly stream: string;
  readonly store: EventStore;
  readonly checkpoints: Checkpoints;
  /** The operator's folder for copies; undefined if none is configured. */
  readonly folder: CheckpointFolder | undefined;
  readonly key: SigningKey;
  /** The key before it, which signs what comes before its change; undefined if none is configured. */
  readonly previousKey?: SigningKey | undefined;
  readonly observer: CheckpointObserver;
  /** How often a checkpoint is signed while the ledger grows. */
  readonly everyMs: number;
  /** Once the ledger has not grown for this time, the rest is signed. */
  readonly quietMs?: number;
  /** The first pause after a failure; it doubles with each further one. */
  readonly retryMs?: number;
  /** Maximum number of events that one checkpoint adds. */
  readonly maxEvents?: number;
}

const QUIET_MS = 1_000;
const POLL_MS = 5_000;
/** How soon copying is retried, for example after the folder's disk was unavailable. */
const COPY_AGAIN_MS = 10_000;
const RETRY_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
const PAGE = 2_000;
/** The leaf hashes of a checkpoint are stored in one row. */
const MAX_EVENTS = 50_000;
const NOTES_AT_A_TIME = 500;

/** What is signed so far, and which checkpoints in the operator's folder go further. */
interface Standing {
  readonly tree: TreeRoot;
  /** Checkpoints of more events than are signed here: a restored ledger may end before them. */
  readonly ahead: readonly Checkpoint[];
}

/**
 * Signs the number of events in the ledger and the root of the tree over them, as read back from the store, at closing
 * events, and at each one that closes a quarter. A checkpoint is first stored beside the ledger and then copied to the operator's folder; a process killed
 * between any two of these steps resumes from what is stored. It never signs one size with two roots, even if the
 * ledger was restored to a state before a checkpoint in the operator's folder.
 */
export class CheckpointSigner implements Publication {
  readonly #wakeUp = new WakeUp();
  readonly #origin: string;
  /** The configured keys by their public keys. */
  readonly #configured: ReadonlyMap<string, SigningKey>;
  /** The ledger’s keys; the configured one until the ledger is read. */
  #keys: readonly SigningKeyInForce[];
  readonly #options: CheckpointSignerOptions;
  /** Number of events up to the last closing one. */
  #closed = 0;
  /** Sizes at which a quarter closed: each has a checkpoint of its own. */
  #quarters: readonly number[] = [];
  #grownAt = Number.NEGATIVE_INFINITY;
  #signedAt = Number.NEGATIVE_INFINITY;
  /** All checkpoints up to this size are in the operator's folder. */
  #copied = 0;
  #copyFailedAt: number | undefined;

  constructor(options: CheckpointSignerOptions) {
    this.#options = options;
    this.#origin = originOf(options.stream);
    const configured = [options.key, ...(options.previousKey === undefined ? [] : [options.previousKey])];
    this.#configured = new Map(configured.map((each) => [each.publicKey, each]));
    this.#keys = [{ from: 0, publicKey: options.key.publicKey }];
  }

  closedUpTo(
    revision: number,
    quarters: readonly number[] = [],
    keys: readonly SigningKeyInForce[] = this.#keys,
  ): void {
    if (revision < this.#closed) return;
    this.#keys = keys;
    this.#closed = revision + 1;
    this.#quarters = quarters.map((closing) => closing + 1);
    this.#grownAt = performance.now();
    this.#options.observer.grown(this.#closed);
    this.#wakeUp.call();
  }

  /** Signs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { observer, retryMs = RETRY_MS } = this.#options;
    let standing: Standing | undefined;
    // Another linker may have changed the key since this one led: the ledger is read again, and says.
    this.#closed = 0;
    while (!isAborted(signal) && this.#closed === 0) await this.#wakeUp.wait({ ms: POLL_MS, signal });
    const backOff = new BackOff({ firstMs: retryMs, longestMs: LONGEST_PAUSE_MS });
    while (!signal.aborted) {
      try {
        standing ??= await this.#resumeSigning();
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

  /** Waits until it is time to sign or to copy. @returns undefined if the signal aborts first. */
  async #untilDue(
    { tree, ahead }: Standing,
    signal: AbortSignal,
  ): Promise<'signing' | 'copying' | undefined> {
    const { everyMs, quietMs = QUIET_MS } = this.#options;
    while (!isAborted(signal)) {
      const now = performance.now();
      const isSigned = this.#closed <= tree.size && (ahead.length === 0 || this.#closed === 0);
      const isUrgent = this.#quarterAfter(tree.size) <= this.#closed;
      const due = isUrgent ? now : Math.min(this.#signedAt + everyMs, this.#grownAt + quietMs);
      const signing = isSigned ? Infinity : due - now;
      const copying = this.#copyFailedAt === undefined ? Infinity : this.#copyFailedAt + COPY_AGAIN_MS - now;
      if (signing <= 0) return 'signing';
      if (copying <= 0) return 'copying';
      await this.#wakeUp.wait({ ms: Math.min(signing, copying, POLL_MS), signal });
    }
    return undefined;
  }

  /** Resumes from the last stored checkpoint. @throws CheckpointRefused */
  async #resumeSigning(): Promise<Standing> {
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
    const inForce = keyForSize(this.#keys, size);
    const signed = this.#signedBy(note, inForce === undefined ? [] : [inForce.publicKey]);
    if (signed?.size !== size || !sameHash(signed.root, tree.root())) {
      throw checkpointRefused(
        `the checkpoint of ${size} events that is stored beside the ledger was not signed by the ledger’s key: it was changed`,
      );
    }
    return tree;
  }

  /** The checkpoint in a note, if any key of this ledger or of this linker signed it for this ledger. */
  #ours(bytes: Uint8Array): Checkpoint | undefined {
    return this.#signedBy(
      bytes,
      new Set([...this.#keys.map(({ publicKey }) => publicKey), ...this.#configured.keys()]),
    );
  }

  #signedBy(bytes: Uint8Array, publicKeys: Iterable<string>): Checkpoint | undefined {
    const read = parseCheckpoint(bytes);
    if (read === undefined) return undefined;
    if (![...publicKeys].some((key) => isSignedBy(read.note, this.#verifierOf(key)))) return undefined;
    return read.checkpoint.origin === this.#origin ? read.checkpoint : undefined;
  }

  async #signAll(standing: Standing, end: number, signal: AbortSignal): Promise<Standing> {
    const { maxEvents = MAX_EVENTS } = this.#options;
    const { tree } = standing;
    const ahead = await this.#requireAhead(standing, end, signal);
    while (tree.size < end) {
      const next = this.#signable(Math.min(end, tree.size + maxEvents, this.#quarterAfter(tree.size)));
      await this.#sign(tree, next, signal);
    }
    return { tree, ahead };
  }

  /** This size, or the first one from there on whose key this linker has: that of events before a change may be gone. */
  #signable(size: number): number {
    const own = keyForSize(this.#keys, size);
    if (own !== undefined && this.#configured.has(own.publicKey)) return size;
    const later = this.#keys.find(({ from, publicKey }) => from >= size && this.#configured.has(publicKey));
    if (later === undefined) throw new Error('the ledger’s signing key is not configured');
    return later.from + 1;
  }

  #verifierOf(publicKey: string): VerifierKey {
    return verifierKey(this.#origin, publicKey);
  }

  /** The first size beyond this one at which a quarter closed; Infinity where there is none. */
  #quarterAfter(size: number): number {
    return Math.min(...this.#quarters.filter((quarter) => quarter > size));
  }

  async #sign(tree: TreeRoot, end: number, signal: AbortSignal): Promise<void> {
    const { checkpoints, stream, observer } = this.#options;
    const key = this.#configured.get(keyForSize(this.#keys, end)?.publicKey ?? '');
    if (key === undefined) throw new Error('the ledger’s signing key is not configured');
    const leaves: TreeHash[] = [];
    await this.#readOn(tree, end, signal, (leaf) => leaves.push(leaf));
    const root = tree.root();
    const verifier = this.#verifierOf(key.publicKey);
    const text = signCheckpoint({ origin: this.#origin, size: end, root }, verifier, key.privateKey);
    const note = Buffer.from(text, 'utf8');
    const [frontier, hashes] = [Buffer.concat(tree.frontier), Buffer.concat(leaves)];
    await checkpoints.add(stream, { size: end, note, frontier, leaves: hashes }).catch((error: unknown) => {
      throw isCheckpointDiffers(error)
        ? checkpointRefused(`${error.message}, and the ledger differs from it now`)
        : error;
    });
    observer.signed(end, new Date());
  }

  /** Adds events to a tree, as the store returns them. */
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
   * Compares the ledger with every checkpoint in the operator's folder that covers more than is signed here.
   * @returns the checkpoints that remain to be compared: none.
   * @throws CheckpointRefused if the ledger differs from one of them, or ends before it.
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
        `the folder of checkpoints has one of ${furthest.size} events, and the ledger has ${end}: the ledger was restored to an earlier state; nothing is signed until it has those events again`,
      );
    }
    const copy = TreeRoot.resume(tree.size, tree.frontier);
    for (const { size, root } of ahead) {
      await this.#readOn(copy, size, signal, () => undefined);
      if (!sameHash(copy.root(), root)) throw contradiction(size);
    }
    return [];
  }

  /** Our checkpoints in the operator's folder that cover more events than are signed here. */
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
      // An unavailable folder must not stop the signing of the ledger.
      observer.failed(error);
      return [];
    }
  }

  /** Copies stored checkpoints to the operator's folder. @returns whether all of them are there. */
  async #copy(): Promise<boolean> {
    const { checkpoints, stream, folder, observer } = this.#options;
    if (folder === undefined) return true;
    try {
      for (;;) {
        const notes = await checkpoints.notesAfter(stream, this.#copied, NOTES_AT_A_TIME);
        if (notes.length === 0) {
          this.#copyFailedAt = undefined;
          observer.copied(true);
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
      observer.copied(false);
      observer.failed(error);
      return false;
    }
  }

  /** A copy may have further signatures, or be damaged; a copy with our signature must have the same content. */
  #requireSame(size: number, note: Uint8Array, there: Uint8Array): void {
    if (Buffer.compare(note, there) === 0) return;
    const [kept, copy] = [this.#ours(note), this.#ours(there)];
    if (copy === undefined) {
      this.#options.observer.failed(
        new Error(
          `the folder of checkpoints has a file for ${size} events that is not the checkpoint: the file was changed`,
        ),
      );
    } else if (kept === undefined || copy.size !== size || !sameHash(kept.root, copy.root)) {
      throw contradiction(size);
    }
  }
}

const contradiction = (size: number) =>
  checkpointRefused(
    `the folder of checkpoints has one of ${size} events with another root than the ledger’s: the ledger was rewritten, or restored and continued differently; nothing is signed until a person has investigated`,
  );

const hashesOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
