import type { LinkageWorld } from './linkage-world.js';

/** A family at one moment. */
export interface FamilyThen {
  readonly family: string;
  readonly scope: string;
  readonly members: ReadonlySet<string>;
}

/** The families of all scopes, in the order in which they were first linked. */
export const familiesNow = ({ reader }: LinkageWorld): readonly FamilyThen[] =>
  [...reader.families].map(([family, { scope, members }]) => ({ family, scope, members: new Set(members) }));

/** What the rules say of the ids of families after a step. */
export interface ExpectedFamilyIds {
  /** Family as it is now → the id that it must have; null for one that begins to exist. */
  readonly ids: ReadonlyMap<string, string | null>;
  /** Family of before that is no more → the one in which it went up; null if its members are in no family. */
  readonly dissolved: ReadonlyMap<string, string | null>;
}

/**
 * The ids that families must have after a step (ADR 0019), in each scope apart, straight from who was in which family
 * before it, and who is now:
 *
 * 1. Of a family’s members, one whom another individual took in counts as that one, and one who is in no family of the
 *    scope any more counts for nothing. The id goes to the family of the member who was registered first.
 * 2. Where several ids meet, the family that was linked first stays, and the others dissolve into it.
 * 3. A family none of whose members is in a family dissolves, and its id does not come back.
 * 4. Whichever family has no id by then begins to exist.
 */
export function expectedFamilyIds(world: LinkageWorld, before: readonly FamilyThen[]): ExpectedFamilyIds {
  const { registered, forwards } = world.reader;
  const places = new Map(registered.map((individual, place) => [individual, place]));
  const placeOf = (individual: string): number => places.get(individual) ?? 0;
  const takenInBy = (individual: string): string => {
    const other = forwards.get(individual);
    return other === undefined ? individual : takenInBy(other);
  };
  const now = familiesNow(world);
  const heirOf = ({ scope, members }: FamilyThen): string | undefined =>
    [...members]
      .sort((one, other) => placeOf(one) - placeOf(other))
      .map(takenInBy)
      .map((member) => now.find((family) => family.scope === scope && family.members.has(member))?.family)
      .find((family) => family !== undefined);
  const ids = new Map<string, string | null>(now.map(({ family }) => [family, null]));
  const heirs = before.map((family) => ({ family: family.family, heir: heirOf(family) }));
  for (const { family, heir } of heirs) if (heir !== undefined) ids.set(heir, ids.get(heir) ?? family);
  const dissolved = heirs.flatMap(({ family, heir }) => {
    const stays = heir === undefined ? null : (ids.get(heir) ?? null);
    return stays === family ? [] : [[family, stays] as const];
  });
  return { ids, dissolved: new Map(dissolved) };
}
