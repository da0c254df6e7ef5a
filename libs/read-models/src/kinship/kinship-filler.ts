import type { Filler, Filling } from '../read-model.js';
import {
  familyColumns,
  memberColumns,
  relationshipColumns,
  type KinshipTarget,
  type LinkedFamilies,
  type Relationship,
} from './kinship-writer.js';

interface KnownFamily {
  readonly family: string;
  readonly scope: string;
  readonly number: number;
  readonly members: Set<number>;
  review: boolean;
}

/** Keeps relationships and families in memory until all events are known, then writes the final state. */
export class KinshipFiller implements KinshipTarget, Filler {
  readonly #relationships = new Map<string, Relationship>();
  readonly #families = new Map<string, KnownFamily>();
  /** The family of each member, by scope. */
  readonly #familyOf = new Map<string, Map<number, KnownFamily>>();
  #lastFamily = 0;
  readonly #filling: Filling;

  constructor(filling: Filling) {
    this.#filling = filling;
  }

  identify(relationships: readonly Relationship[]): undefined {
    for (const each of relationships) this.#relationships.set(each.relationship, each);
  }

  end(relationships: readonly string[]): undefined {
    for (const each of relationships) this.#relationships.delete(each);
  }

  link({ scope, families }: LinkedFamilies): undefined {
    const members = this.#membersOf(scope);
    for (const { family: id, joined, left, review } of families) {
      const family = this.#families.get(id) ?? this.#found(id, scope);
      family.review = review;
      for (const member of joined) {
        const individual = this.#numberOf(member);
        members.get(individual)?.members.delete(individual);
        members.set(individual, family);
        family.members.add(individual);
      }
      for (const member of left) {
        const individual = this.#numberOf(member);
        family.members.delete(individual);
        if (members.get(individual) === family) members.delete(individual);
      }
    }
  }

  dissolve(families: readonly string[]): undefined {
    for (const id of families) {
      const family = this.#families.get(id);
      if (family === undefined) continue;
      this.#families.delete(id);
      const members = this.#membersOf(family.scope);
      for (const individual of family.members) members.delete(individual);
    }
  }

  async finish(): Promise<void> {
    const kin = this.#filling.table('numbered_relationship', relationshipColumns);
    for (const id of [...this.#relationships.keys()].sort()) {
      const { kind, child, other, domain } = this.#relationships.get(id) ?? missing();
      const out = kin.row().uuid(id).text(kind).integer(this.#numberOf(child));
      out.integer(this.#numberOf(other)).text(domain);
      await kin.flushIfFull();
    }
    const families = this.#filling.table('numbered_family', familyColumns);
    // A Map iterates in insertion order, which is by number.
    for (const { number, family, scope, review } of this.#families.values()) {
      families.row().integer(number).uuid(family).text(scope).boolean(review);
      await families.flushIfFull();
    }
    const members = this.#filling.table('numbered_member', memberColumns);
    const scopes = [...this.#familyOf.keys()].sort();
    const individuals = new Set([...this.#familyOf.values()].flatMap((ofScope) => [...ofScope.keys()]));
    for (const individual of [...individuals].sort((one, other) => one - other)) {
      for (const scope of scopes) {
        const family = this.#familyOf.get(scope)?.get(individual);
        if (family !== undefined) members.row().integer(individual).integer(family.number).text(scope);
      }
      await members.flushIfFull();
    }
    this.#filling.numbers.families.continueAfter(this.#lastFamily);
  }

  #found(family: string, scope: string): KnownFamily {
    this.#lastFamily += 1;
    const founded = { family, scope, number: this.#lastFamily, members: new Set<number>(), review: false };
    this.#families.set(family, founded);
    return founded;
  }

  #membersOf(scope: string): Map<number, KnownFamily> {
    const known = this.#familyOf.get(scope);
    if (known !== undefined) return known;
    const members = new Map<number, KnownFamily>();
    this.#familyOf.set(scope, members);
    return members;
  }

  #numberOf(individual: string): number {
    return this.#filling.individuals.find(individual) + 1;
  }
}

const missing = (): never => {
  throw new Error('a key of a map has no value');
};
