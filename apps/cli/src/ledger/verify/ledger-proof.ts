import {
  eventIdOf,
  isKeyChangeSigned,
  isSignedBy,
  keyForSize,
  leafHash,
  parseCheckpoint,
  sameHash,
  TreeRoot,
  verifierKey,
  type SignedNote,
  type TreeHash,
  type VerifierKey,
} from '@kinledger/domain';
import type { KeyLine } from '../export/key-lines.js';
import {
  keyChangeIn,
  namedIn,
  readEnvelope,
  type EventEnvelope,
  type NamedInEvent,
} from '../export/named-in-events.js';
import type { Faults } from './faults.js';

/** A checkpoint that is to be checked. */
interface Claim {
  /** How a sentence calls it. */
  readonly name: string;
  readonly isOutside: boolean;
  readonly size: number;
  readonly root: TreeHash;
  readonly note: SignedNote;
}

/** What an event names that lies beside the ledger. */
export interface NamedAt {
  readonly position: number;
  readonly named: NamedInEvent;
}

/** A key in force, as its checkpoints are verified. */
type KeyInForce = KeyLine & { readonly verifier: VerifierKey };

export interface LedgerProofOptions {
  readonly stream: string;
  readonly origin: string;
  /** Position of the first event that will be taken. */
  readonly first: number;
  /** Roots of the complete subtrees over the events before it. */
  readonly before: readonly TreeHash[];
  readonly faults: Faults;
}

/**
 * Checks a ledger event by event, whatever it is read from: that each is where it belongs and is what was signed, and that
 * the tree over all of them has the root of every checkpoint. Holds one hash per level of the tree, and the checkpoints.
 */
export class LedgerProof {
  readonly #options: LedgerProofOptions;
  readonly #tree: TreeRoot;
  readonly #claims = new Map<number, Claim[]>();
  readonly #causes = new Map<string, number>();
  readonly #named: NamedAt[] = [];
  readonly #keys: KeyInForce[] = [];
  /** Position that is due. */
  #next: number;
  /** Size of the last tree of which a checkpoint was found right. */
  #agreed: number;
  /** Whether the tree is that of the ledger no more: a fault that was told has changed it. */
  #broken = false;
  #largest = 0;

  constructor(options: LedgerProofOptions) {
    this.#options = options;
    this.#tree = TreeRoot.resume(options.first, options.before);
    this.#agreed = options.first;
    this.#next = options.first;
  }

  /** Number of events from the ledger’s beginning to the last one that was taken. */
  get size(): number {
    return this.#next;
  }

  /** Size of the largest checkpoint of the ledger’s own, right or not; 0 for none. */
  get largestCheckpoint(): number {
    return this.#largest;
  }

  get root(): TreeHash {
    return this.#tree.root();
  }

  /** The key in force at the end. */
  get key(): VerifierKey | undefined {
    return this.#keys.at(-1)?.verifier;
  }

  /** Every key that signs, in the order of their positions. */
  get keys(): readonly KeyLine[] {
    return this.#keys;
  }

  /** What events name, in the order of their positions. */
  get named(): readonly NamedAt[] {
    return this.#named;
  }

  /**
   * Takes a checkpoint, before the events.
   * @param size what the place where it was found says; undefined for one from elsewhere.
   */
  claim(bytes: Uint8Array, name: string, size?: number): void {
    const { faults, origin, first } = this.#options;
    const read = parseCheckpoint(bytes);
    if (read === undefined) {
      faults.add(lastOf(size ?? 0), `${name} is not a checkpoint: it cannot be read`);
      return;
    }
    const { checkpoint, note } = read;
    if (checkpoint.origin !== origin) {
      faults.add(
        lastOf(size ?? checkpoint.size),
        `${name} is of another ledger: its first line is not ${origin}`,
      );
      return;
    }
    if (size !== undefined && checkpoint.size !== size) {
      faults.add(lastOf(size), `${name} says that it is about ${checkpoint.size} events`);
      return;
    }
    if (checkpoint.size <= first && !(checkpoint.size === 0 && first === 0)) {
      faults.add(
        first,
        `${name} is about ${checkpoint.size} events, and what is checked begins at position ${first}: it cannot be compared`,
      );
      return;
    }
    const claim = { name, isOutside: size === undefined, size: checkpoint.size, root: checkpoint.root, note };
    this.#claims.set(claim.size, [...(this.#claims.get(claim.size) ?? []), claim]);
    if (!claim.isOutside) this.#largest = Math.max(this.#largest, claim.size);
  }

  /**
   * Takes what stands behind the last event.
   * @param position where it is said to stand.
   * @param signed hash of the leaf that was signed there, if one was.
   */
  take(position: number, bytes: Uint8Array, signed: TreeHash | undefined): EventEnvelope | undefined {
    const { faults } = this.#options;
    const event = readEnvelope(bytes);
    const place = this.#placeOf(position, event);
    if (place === undefined) return undefined;
    const leaf = leafHash(bytes);
    if (signed !== undefined && !sameHash(leaf, signed)) {
      faults.add(
        place,
        `the event at position ${place} is not the one whose hash stands beside it: one of the two was changed`,
      );
    }
    this.#examine(place, event);
    this.#next = place + 1;
    // A change that is told here should not be told again by every checkpoint.
    if (!this.#broken) this.#tree.addSubtree(0, signed ?? leaf);
    this.#compare();
    return event;
  }

  /** Where an event stands; undefined for one that is there already. */
  #placeOf(position: number, event: EventEnvelope | undefined): number | undefined {
    const { faults } = this.#options;
    const due = this.#next;
    if (position === due) return due;
    if (event?.revision === due) {
      faults.add(due, `the event at position ${due} is said to be at ${position}: that was changed`);
      return due;
    }
    if (position < due) {
      faults.add(position, `position ${position} comes again behind ${due - 1}: an event was added or moved`);
      return undefined;
    }
    const missing =
      position === due + 1
        ? `the event at position ${due} is`
        : `the events at positions ${due} to ${position - 1} are`;
    faults.add(due, `${missing} missing`);
    this.#broken = true;
    return position;
  }

  /** Takes hashes that stand for the events behind the last one, up to the largest checkpoint. */
  takeSubtrees(subtrees: readonly { readonly level: number; readonly hash: TreeHash }[]): void {
    for (const { level, hash } of subtrees) {
      this.#next += 2 ** level;
      if (!this.#broken) this.#tree.addSubtree(level, hash);
    }
    this.#compare();
  }

  /** Checks a first event that stands apart, and takes its key. */
  takeFirst(bytes: Uint8Array): void {
    const event = readEnvelope(bytes);
    if (event?.revision !== 0) {
      this.#options.faults.add(0, 'the first event at position 0 is not an event that Kinledger wrote');
      return;
    }
    this.#takeKey(event, 0);
  }

  /**
   * Takes a change of the signing key, of an event or beside the events: what shows it to be true is the signature of the
   * key before.
   */
  takeKeyChange({ from, publicKey, signature = '' }: KeyLine): void {
    const { stream, faults } = this.#options;
    const previous = this.#keys.at(-1);
    const isSigned =
      previous !== undefined &&
      previous.from < from &&
      isKeyChangeSigned({ stream, from, publicKey }, signature, previous.publicKey);
    if (!isSigned)
      faults.add(
        from,
        `the change of the signing key at position ${from} is not signed by the key before it: somebody else made it`,
      );
    else if (this.#keys.some((key) => key.publicKey === publicKey))
      faults.add(from, `the change of the signing key at position ${from} brings an earlier key back`);
    else this.#add({ from, publicKey, signature });
  }

  /** After all events: signatures, and checkpoints that were never reached. */
  finish(): void {
    const { faults } = this.#options;
    const size = this.#next;
    for (const claim of [...this.#claims.values()].flat()) {
      if (claim.size > size) {
        faults.add(
          size,
          `${claim.name} is about ${claim.size} events, and there are ${size}: the events from position ${size} on are missing`,
        );
      } else if (!this.#isSigned(claim)) {
        faults.add(
          lastOf(claim.size),
          `${claim.name}, about the events up to position ${lastOf(claim.size)}, is not signed by the ledger’s key${this.#keys.length > 1 ? ' that is in force there' : ''}`,
        );
      }
    }
    if (this.#keys.length === 0)
      faults.add(0, 'the event at position 0 names no key: no signature can be checked');
  }

  #examine(position: number, event: EventEnvelope | undefined): void {
    const { faults, first } = this.#options;
    if (event === undefined) {
      faults.add(
        position,
        `the event at position ${position} is not the canonical JSON of an event: it was changed, or somebody else wrote it`,
      );
      return;
    }
    if (event.revision !== position) {
      faults.add(
        position,
        `the event at position ${position} says that it belongs at ${event.revision}: it was moved or changed`,
      );
    }
    const ordinal = this.#causes.get(event.cause) ?? 0;
    this.#causes.set(event.cause, ordinal + 1);
    if (first === 0 && !this.#broken && event.id !== eventIdOf(event.cause, ordinal)) {
      faults.add(
        position,
        `the event at position ${position} has not the id that its cause and its place give: it or one before it was changed`,
      );
    }
    this.#takeKey(event, position);
  }

  /** True where no key is known: that is a fault of its own. */
  #isSigned({ note, size }: Claim): boolean {
    const key = keyForSize(this.#keys, size);
    return key === undefined || isSignedBy(note, key.verifier);
  }

  #takeKey(event: EventEnvelope, position: number): void {
    const { faults } = this.#options;
    if (event.type === 'SigningKeyChanged') {
      const change = keyChangeIn(event);
      if (change === undefined || change.previous !== this.#keys.at(-1)?.publicKey)
        faults.add(
          position,
          `the event at position ${position} changes the signing key, and does not name the one that is in force before it`,
        );
      else this.takeKeyChange({ ...change, from: position });
      return;
    }
    if (event.type !== 'ProgrammeDefined' && event.type !== 'StrategyAdopted') return;
    const named = namedIn(event);
    if (named === undefined) {
      faults.add(position, `the event at position ${position} lacks what an event of its type names`);
      return;
    }
    if (position >= this.#options.first) this.#named.push({ position, named });
    if (named.type !== 'ProgrammeDefined') return;
    const publicKey = named.data.signingKey;
    const inForce = this.#keys.at(-1);
    if (inForce === undefined) this.#add({ from: position, publicKey });
    else if (inForce.publicKey !== publicKey)
      faults.add(position, `the event at position ${position} names another key than the one in force there`);
  }

  #add(line: KeyLine): void {
    const verifier = verifierOf(this.#options.origin, line.publicKey);
    if (verifier !== undefined) this.#keys.push({ ...line, verifier });
    else
      this.#options.faults.add(line.from, `the event at position ${line.from} names no Ed25519 public key`);
  }

  #compare(): void {
    const size = this.#tree.size;
    const claims = this.#claims.get(size);
    if (claims === undefined || this.#broken) return;
    const root = this.#tree.root();
    for (const claim of claims) {
      // Whose signature is not good is told at the end, and says nothing of the events.
      if (sameHash(claim.root, root) || !this.#isSigned(claim)) continue;
      const from = claim.isOutside ? this.#options.first : this.#agreed;
      const between =
        from >= size - 1
          ? `the event at position ${from} was`
          : `an event between positions ${from} and ${size - 1} was`;
      this.#options.faults.addBetween(
        from,
        lastOf(size),
        `${claim.name} has another root than the ${size} events give: ${between} changed, added, removed or moved, or the checkpoint was changed`,
      );
      // All that follow differ for the same reason.
      this.#broken = !claim.isOutside;
    }
    if (!this.#broken) this.#agreed = size;
  }
}

const lastOf = (size: number): number => Math.max(0, size - 1);

function verifierOf(origin: string, publicKey: string): VerifierKey | undefined {
  try {
    return verifierKey(origin, publicKey);
  } catch {
    return undefined;
  }
}
