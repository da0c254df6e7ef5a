import type { RelationshipId } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import type { KinKind } from './kinship.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

const kinds: readonly KinKind[] = ['carer', 'same-carer'];
const KIND = 1;
const STANDS = 2;

/** A relationship between individuals, and the value domain of the token on which it rests. */
export interface StandingRelationship {
  readonly kind: KinKind;
  readonly child: number;
  readonly other: number;
  readonly domain: string;
}

/** The relationships in force, by child. They are numbered in the order in which they were first identified. */
export class RelationshipTable implements Archived {
  readonly #ids = new IdTable();
  readonly #other = new Int32Column();
  readonly #child = new Int32Column();
  readonly #next = new Int32Column();
  readonly #state = new Uint8Column();
  readonly #domain = new Uint8Column();
  readonly #domains: string[] = [];
  readonly #firstOfChild = new Int32Column();

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, this.#columns);
    const domains = [...(await archive.json(this.#domains))];
    this.#domains.splice(0, this.#domains.length, ...domains);
  }

  get #columns(): readonly Column[] {
    return [this.#ids, this.#other, this.#child, this.#next, this.#state, this.#domain, this.#firstOfChild];
  }

  idOf(relationship: number): RelationshipId {
    return this.#ids.idOf(relationship) as RelationshipId; // interned as one
  }

  identify(id: RelationshipId, { kind, child, other, domain }: StandingRelationship): void {
    const relationship = this.#ids.intern(id);
    if (relationship === this.#state.length) {
      this.#state.push(0);
      this.#domain.push(0);
      this.#other.push(other);
      this.#child.push(child);
      this.#next.push(NONE);
    }
    if (this.#state.has(relationship, STANDS)) this.#unlist(relationship);
    this.#firstOfChild.extendTo(child + 1, NONE);
    this.#next.set(relationship, this.#firstOfChild.get(child));
    this.#firstOfChild.set(child, relationship);
    this.#state.set(relationship, STANDS | kinds.indexOf(kind));
    this.#domain.set(relationship, this.#numberOf(domain));
  }

  end(id: RelationshipId): void {
    const relationship = this.#ids.find(id);
    if (relationship === NONE || !this.#state.has(relationship, STANDS)) return;
    this.#unlist(relationship);
    this.#state.lower(relationship, STANDS);
  }

  /** The relationships in force whose child is this individual. */
  ofChild(child: number): number[] {
    const found: number[] = [];
    if (child >= this.#firstOfChild.length) return found;
    for (let at = this.#firstOfChild.get(child); at !== NONE; at = this.#next.get(at)) found.push(at);
    return found;
  }

  get(relationship: number): StandingRelationship {
    return {
      kind: kinds[this.#state.get(relationship) & KIND] as KinKind, // one bit
      child: this.#child.get(relationship),
      other: this.#other.get(relationship),
      domain: this.#domains[this.#domain.get(relationship)] as string, // written from `domains`
    };
  }

  /** A linear search is enough: a programme reads few domains, even over all its strategies. */
  #numberOf(domain: string): number {
    const known = this.#domains.indexOf(domain);
    return known === NONE ? this.#domains.push(domain) - 1 : known;
  }

  #unlist(relationship: number): void {
    const child = this.#child.get(relationship);
    let before = NONE;
    let at = this.#firstOfChild.get(child);
    while (at !== relationship) {
      before = at;
      at = this.#next.get(at);
    }
    if (before === NONE) this.#firstOfChild.set(child, this.#next.get(at));
    else this.#next.set(before, this.#next.get(at));
  }
}
