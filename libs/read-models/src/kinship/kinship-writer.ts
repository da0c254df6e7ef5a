import { copyInto } from '@kinledger/database';
import type { EventOf, Writing } from '../read-model.js';

type Relationship = EventOf<'RelationshipIdentified'>['data'];
type Family = EventOf<'FamilyLinked'>['data'];

export class KinshipWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  identify(relationship: Relationship): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeRelationships, relationship);
  }

  end(relationship: string): Promise<void> | undefined {
    return this.#writing.batch.add(this.#deleteRelationships, relationship);
  }

  link(family: Family): Promise<void> | undefined {
    return this.#writing.batch.add(this.#writeFamilies, family);
  }

  dissolve(family: string): Promise<void> | undefined {
    return this.#writing.batch.add(this.#deleteFamilies, family);
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
    const left = items.flatMap(({ family, left }) => left.map((individual) => ({ family, individual })));
    await client.query(
      `DELETE FROM family_member m USING unnest($1::uuid[], $2::uuid[]) AS l (family, individual)
       WHERE m.family_id = l.family AND m.individual_id = l.individual`,
      [left.map(({ family }) => family), left.map(({ individual }) => individual)],
    );
    const joined = new Map<string, { scope: string; individual: string; family: string }>();
    for (const { family, scope, joined: members } of items) {
      for (const individual of members) joined.set(`${scope} ${individual}`, { scope, individual, family });
    }
    const members = [...joined.values()];
    await client.query(
      `INSERT INTO family_member (scope, individual_id, family_id) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[])
       ON CONFLICT (scope, individual_id) DO UPDATE SET family_id = excluded.family_id`,
      [
        members.map(({ scope }) => scope),
        members.map(({ individual }) => individual),
        members.map(({ family }) => family),
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
