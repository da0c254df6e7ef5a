import { copyInto } from '@kinledger/database';
import type { EventOf, Writing } from '../read-model.js';

type Relationship = EventOf<'RelationshipsIdentified'>['data']['relationships'][number];
type LinkedFamilies = EventOf<'FamiliesLinked'>['data'];
type Family = LinkedFamilies['families'][number] & Pick<LinkedFamilies, 'scope'>;

export class KinshipWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
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
    await copyInto(
      this.#writing.client,
      'relationship',
      ['relationship_id', 'kind', 'child_id', 'other_id', 'domain'],
      items.map((data) => [data.relationship, data.kind, data.child, data.other, data.domain]),
    );
  };

  readonly #deleteRelationships = async (relationships: readonly string[]): Promise<void> => {
    await this.#writing.client.query('DELETE FROM relationship WHERE relationship_id = ANY ($1::uuid[])', [
      relationships,
    ]);
  };

  readonly #writeFamilies = async (items: readonly Family[]): Promise<void> => {
    const { client } = this.#writing;
    // A later event of the same run wins: one row per family and per member.
    const families = new Map(items.map((item) => [item.family, item]));
    await client.query(
      `INSERT INTO family (family_id, scope, review) SELECT * FROM unnest($1::uuid[], $2::text[], $3::boolean[])
       ON CONFLICT (family_id) DO UPDATE SET review = excluded.review`,
      [
        [...families.keys()],
        [...families.values()].map(({ scope }) => scope),
        [...families.values()].map(({ review }) => review),
      ],
    );
    const { joined, left } = membersAfter(items);
    await client.query(
      `DELETE FROM family_member m USING unnest($1::uuid[], $2::uuid[]) AS l (family, individual)
       WHERE m.family_id = l.family AND m.individual_id = l.individual`,
      [left.map(({ family }) => family), left.map(({ individual }) => individual)],
    );
    await client.query(
      `INSERT INTO family_member (scope, individual_id, family_id) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[])
       ON CONFLICT (scope, individual_id) DO UPDATE SET family_id = excluded.family_id`,
      [
        joined.map(({ scope }) => scope),
        joined.map(({ individual }) => individual),
        joined.map(({ family }) => family),
      ],
    );
  };

  readonly #deleteFamilies = async (families: readonly string[]): Promise<void> => {
    await this.#writing.client.query(
      `WITH gone AS (DELETE FROM family WHERE family_id = ANY ($1::uuid[]) RETURNING family_id)
       DELETE FROM family_member m USING gone WHERE m.family_id = gone.family_id`,
      [families],
    );
  };
}

interface Member {
  readonly scope: string;
  readonly individual: string;
  readonly family: string;
}

/** Who is in a family and who has left one once all of these are told, one after the other: the last word counts. */
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
