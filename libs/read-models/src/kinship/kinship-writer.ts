import { copyRows } from '@kinledger/database';
import type { EventOf, Writing } from '../read-model.js';

export type Relationship = EventOf<'RelationshipsIdentified'>['data']['relationships'][number];
export type LinkedFamilies = EventOf<'FamiliesLinked'>['data'];
type Family = LinkedFamilies['families'][number] & Pick<LinkedFamilies, 'scope'>;

type Waiting = Promise<void> | undefined;

/**
 * Applies the ledger's events to relationships and families: step by step in the tables, or in memory until the tables
 * are filled.
 */
export interface KinshipTarget {
  identify(relationships: readonly Relationship[]): Waiting;
  end(relationships: readonly string[]): Waiting;
  link(linked: LinkedFamilies): Waiting;
  dissolve(families: readonly string[]): Waiting;
}

export class KinshipWriter implements KinshipTarget {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  get #client() {
    return this.#writing.client;
  }

  get #individuals() {
    return this.#writing.numbers.individuals;
  }

  get #families() {
    return this.#writing.numbers.families;
  }

  identify(relationships: readonly Relationship[]): Promise<void> {
    return this.#writing.batch.addAll(this.#writeRelationships, relationships);
  }

  end(relationships: readonly string[]): Promise<void> {
    return this.#writing.batch.addAll(this.#deleteRelationships, relationships);
  }

  link({ scope, families }: LinkedFamilies): Promise<void> {
    return this.#writing.batch.addAll(
      this.#writeFamilies,
      families.map((family) => ({ scope, ...family })),
    );
  }

  dissolve(families: readonly string[]): Promise<void> {
    return this.#writing.batch.addAll(this.#deleteFamilies, families);
  }

  readonly #writeRelationships = async (items: readonly Relationship[]): Promise<void> => {
    await this.#individuals.lookUp(
      this.#client,
      items.flatMap(({ child, other }) => [child, other]),
    );
    await copyRows(this.#client, 'numbered_relationship', relationshipColumns, items, (out, item) =>
      out
        .uuid(item.relationship)
        .text(item.kind)
        .integer(this.#individuals.of(item.child))
        .integer(this.#individuals.of(item.other))
        .text(item.domain),
    );
  };

  readonly #deleteRelationships = async (relationships: readonly string[]): Promise<void> => {
    await this.#client.query('DELETE FROM numbered_relationship WHERE relationship_id = ANY ($1::uuid[])', [
      relationships,
    ]);
  };

  readonly #writeFamilies = async (items: readonly Family[]): Promise<void> => {
    await this.#lookUp(items);
    // A later event of the same run overwrites an earlier one: one row per family and per member.
    const families = [...new Map(items.map((item) => [item.family, item])).values()];
    const { founded = [], known = [] } = Object.groupBy(families, ({ family }) =>
      this.#families.has(family) ? 'known' : 'founded',
    );
    for (const { family } of items) if (!this.#families.has(family)) this.#families.add(family);
    await copyRows(
      this.#client,
      'numbered_family',
      familyColumns,
      founded,
      (out, { family, scope, review }) =>
        out.integer(this.#families.of(family)).uuid(family).text(scope).boolean(review),
    );
    if (known.length > 0) await this.#writeReviews(known);
    await this.#writeMembers(items);
  };

  async #writeReviews(families: readonly Family[]): Promise<void> {
    await this.#client.query(
      `UPDATE numbered_family f SET review = said.review FROM unnest($1::int[], $2::boolean[]) AS said (family, review)
       WHERE f.number = said.family AND f.review <> said.review`,
      [families.map(({ family }) => this.#families.of(family)), families.map(({ review }) => review)],
    );
  }

  async #writeMembers(items: readonly Family[]): Promise<void> {
    const { joined, left } = membersAfter(items);
    if (left.length > 0) {
      await this.#client.query(
        `DELETE FROM numbered_member m USING unnest($1::int[], $2::int[]) AS l (family, individual)
         WHERE m.family = l.family AND m.individual = l.individual`,
        [
          left.map(({ family }) => this.#families.of(family)),
          left.map(({ individual }) => this.#individuals.of(individual)),
        ],
      );
    }
    await this.#client.query(
      `INSERT INTO numbered_member (individual, family, scope) SELECT * FROM unnest($1::int[], $2::int[], $3::text[])
       ON CONFLICT (individual, scope) DO UPDATE SET family = excluded.family`,
      [
        joined.map(({ individual }) => this.#individuals.of(individual)),
        joined.map(({ family }) => this.#families.of(family)),
        joined.map(({ scope }) => scope),
      ],
    );
  }

  async #lookUp(items: readonly Family[]): Promise<void> {
    await this.#individuals.lookUp(
      this.#client,
      items.flatMap(({ joined, left }) => [...joined, ...left]),
    );
    await this.#families.lookUp(
      this.#client,
      items.map(({ family }) => family),
    );
  }

  readonly #deleteFamilies = async (families: readonly string[]): Promise<void> => {
    for (const family of families) this.#families.forget(family);
    await this.#client.query(
      `WITH gone AS (DELETE FROM numbered_family WHERE family_id = ANY ($1::uuid[]) RETURNING number)
       DELETE FROM numbered_member m USING gone WHERE m.family = gone.number`,
      [families],
    );
  };
}

export const relationshipColumns = ['relationship_id', 'kind', 'child', 'other', 'domain'];
export const memberColumns = ['individual', 'family', 'scope'];
export const familyColumns = ['number', 'family_id', 'scope', 'review'];

interface Member {
  readonly scope: string;
  readonly individual: string;
  readonly family: string;
}

/** Members that joined or left once all these events are applied in order: the last event decides. */
function membersAfter(items: readonly Family[]): { readonly joined: Member[]; readonly left: Member[] } {
  const joined = new Map<string, Member>();
  const left: Member[] = [];
  for (const { family, scope, joined: joining, left: leaving } of items) {
    for (const individual of joining) joined.set(`${scope} ${individual}`, { scope, individual, family });
    for (const individual of leaving) {
      left.push({ scope, individual, family });
      const key = `${scope} ${individual}`;
      if (joined.get(key)?.family === family) joined.delete(key);
    }
  }
  return { joined: [...joined.values()], left };
}
