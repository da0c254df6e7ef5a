import type { FamilyId } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

/** The families of all scopes, in the order in which they were first linked, and their members. */
export class FamilyTable implements Archived {
  readonly #ids = new IdTable();
  readonly #scope = new Uint8Column();
  readonly #review = new Uint8Column();
  readonly #firstMember = new Int32Column();
  readonly #memberships: Membership[];

  /** @param scopes the number of scopes, including the programme's. */
  constructor(scopes: number) {
    this.#memberships = Array.from({ length: scopes }, () => ({
      family: new Int32Column(),
      next: new Int32Column(),
      previous: new Int32Column(),
    }));
  }

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  passThrough(archive: Archive): Promise<void> {
    return passThrough(archive, this.#columns);
  }

  get #columns(): readonly Column[] {
    const memberships = this.#memberships.flatMap(({ family, next, previous }) => [family, next, previous]);
    return [this.#ids, this.#scope, this.#review, this.#firstMember, ...memberships];
  }

  intern(id: FamilyId, scope: number): number {
    const family = this.#ids.intern(id);
    if (family === this.#scope.length) {
      this.#scope.push(scope);
      this.#review.push(0);
      this.#firstMember.push(NONE);
    }
    return family;
  }

  find(id: FamilyId): number {
    return this.#ids.find(id);
  }

  idOf(family: number): FamilyId {
    return this.#ids.idOf(family) as FamilyId; // interned as one
  }

  scopeOf(family: number): number {
    return this.#scope.get(family);
  }

  inReview(family: number): boolean {
    return this.#review.get(family) === 1;
  }

  setReview(family: number, review: boolean): void {
    this.#review.set(family, review ? 1 : 0);
  }

  /** The individual's family in a scope, or NONE. */
  familyOf(scope: number, individual: number): number {
    const { family } = this.#memberships[scope] as Membership; // a scope
    return individual < family.length ? family.get(individual) : NONE;
  }

  membersOf(family: number): number[] {
    const { next } = this.#membershipOf(family);
    const members: number[] = [];
    for (let at = this.#firstMember.get(family); at !== NONE; at = next.get(at)) members.push(at);
    return members;
  }

  join(individual: number, family: number): void {
    const membership = this.#membershipOf(family);
    membership.family.extendTo(individual + 1, NONE);
    membership.next.extendTo(individual + 1, NONE);
    membership.previous.extendTo(individual + 1, NONE);
    const before = membership.family.get(individual);
    if (before !== NONE) this.leave(individual, before);
    const next = this.#firstMember.get(family);
    membership.family.set(individual, family);
    membership.next.set(individual, next);
    membership.previous.set(individual, NONE);
    membership.previous.set(next, individual);
    this.#firstMember.set(family, individual);
  }

  /** Removes the individual from the family, if it is a member. */
  leave(individual: number, family: number): void {
    if (this.familyOf(this.scopeOf(family), individual) !== family) return;
    const membership = this.#membershipOf(family);
    const next = membership.next.get(individual);
    const previous = membership.previous.get(individual);
    membership.previous.set(next, previous);
    if (previous !== NONE) membership.next.set(previous, next);
    else this.#firstMember.set(family, next);
    membership.family.set(individual, NONE);
  }

  dissolve(family: number): void {
    for (const member of this.membersOf(family)) this.leave(member, family);
  }

  #membershipOf(family: number): Membership {
    return this.#memberships[this.scopeOf(family)] as Membership; // written with the scope
  }
}

interface Membership {
  readonly family: Int32Column;
  readonly next: Int32Column;
  readonly previous: Int32Column;
}
