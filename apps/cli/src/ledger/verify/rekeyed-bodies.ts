import type { LedgerEvent } from '@kinledger/contracts';
import type { StatedTokens } from '@kinledger/decisions';
import type { BodyThere } from './brought-commitments.js';
import type { Faults } from './faults.js';

type Rekeyed = Extract<LedgerEvent, { readonly type: 'RecordsRekeyed' }>;

/** The key versions of the bodies beside one event, and the one up to which the ledger's commitments were compared. */
interface Standing {
  readonly newest: number;
  compared: number;
}

/**
 * Follows rotations of the token keys: what the ledger states last of a record's tokens must be what its body has. Holds a
 * few numbers for each event that brought bodies.
 */
export class RekeyedBodies {
  /** Version of the keys in force. */
  keyVersion = 1;
  /** Version to which a rotation leads that is not finished. */
  #rotatingTo: number | undefined;
  readonly #standings = new Map<number, Standing>();
  readonly #anew: StatedTokens;
  readonly #faults: Faults;

  /** @param anew what the ledger states last of the tokens of records of which some were erased. */
  constructor(anew: StatedTokens, faults: Faults) {
    this.#anew = anew;
    this.#faults = faults;
  }

  /** Takes the bodies beside an event, in the order of the ledger. */
  brought(revision: number, bodies: readonly BodyThere[]): void {
    if (bodies.length === 0) return;
    const newest = Math.max(...bodies.map(({ keyVersion }) => keyVersion));
    this.#standings.set(revision, { newest, compared: this.keyVersion });
    if (bodies.some(({ keyVersion }) => keyVersion !== newest))
      this.#add(revision, 'have several token keys');
  }

  /** Takes an event that is about keys. @param bodies reads what lies beside an event. */
  async take(event: LedgerEvent, bodies: (revision: number) => Promise<readonly BodyThere[]>): Promise<void> {
    switch (event.type) {
      case 'KeyRotationBegun':
        this.#rotatingTo = event.data.keyVersion;
        return;
      case 'RecordsRekeyed': {
        const { placedAt, keyVersion } = event.data;
        const standing = this.#standings.get(placedAt);
        if (standing === undefined) return;
        standing.compared = keyVersion;
        if (standing.newest === keyVersion) this.#compare(event, await bodies(placedAt));
        return;
      }
      case 'KeyRotated':
        this.keyVersion = event.data.keyVersion;
        this.#rotatingTo = undefined;
        return;
      default:
        return;
    }
  }

  /** Whether bodies have a key that no event has brought so far. */
  get isAhead(): boolean {
    return this.#standings.values().some(({ newest, compared }) => newest > compared);
  }

  /** After all events: bodies must have the key that the ledger states last. */
  finish(): void {
    for (const [revision, { newest, compared }] of this.#standings) {
      const isUnderWay = this.#rotatingTo !== undefined && newest === this.#rotatingTo;
      if (newest !== compared && !isUnderWay)
        this.#add(revision, `have token key ${newest}, and the ledger says ${compared}`);
      else if (compared < this.keyVersion)
        this.#add(revision, `have token key ${newest}, and no rotation since has re-keyed them`);
    }
  }

  #compare({ revision, data: { records, placedAt } }: Rekeyed, there: readonly BodyThere[]): void {
    const stated = new Map(records.map(({ record, tokens }) => [record, tokens]));
    for (const { record, commitments } of there) {
      if ((this.#anew.of(record) ?? stated.get(record)) === commitments.tokens) continue;
      this.#faults.add(
        placedAt,
        `the tokens of record ${record} beside position ${placedAt} are not what the event at position ${revision} is committed to: they were changed`,
        'beside',
      );
    }
  }

  #add(revision: number, what: string): void {
    this.#faults.add(revision, `the bodies beside position ${revision} ${what}`, 'beside');
  }
}
