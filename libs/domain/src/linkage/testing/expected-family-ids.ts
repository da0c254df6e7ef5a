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

/** The ids that families must have after a step. */
export interface ExpectedFamilyIds {
  /** For each present family, the id that it must have; null for a new family. */
  readonly ids: ReadonlyMap<string, string | null>;
  /**
   * For each earlier family that no longer exists, the one into which it dissolved; null if its members are in no
   * family.
   */
  readonly dissolved: ReadonlyMap<string, string | null>;
}

/**
 * Computes the ids that families must have after a step (ADR 0019), per scope, directly from the families before and
 * after it:
 *
 * 1. A member whom another individual absorbed counts as that individual; a member in no family of the scope counts for
 * nothing. A family’s id goes to the present family of its remaining member who was registered first.
 * 2. If several ids meet, the family linked first keeps its id, and the others dissolve into it.
 * 3. A family without any remaining member in a family dissolves, and its id does not come back.
 * 4. A family without an id by then is new.
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
