import { identifierKinds, placeKinds, sharedAtHome, type FieldKind } from '../comparison/field-kind.js';

/**
 * What two records can be to each other. `match` and `moved` are one person, before and after a move; the others are two:
 * of one household, of one house without being a family, of one family in two houses, twins, of one name, or strangers.
 */
export const pairClasses = [
  'match',
  'moved',
  'household',
  'housemate',
  'relative',
  'twin',
  'namesake',
  'unrelated',
] as const;
export type PairClass = (typeof pairClasses)[number];

/** Classes in which both records are of one person. */
export const samePerson: ReadonlySet<PairClass> = new Set<PairClass>(['match', 'moved']);

/**
 * Parameters are estimated apart for pairs of children, of adults, and of people of whom one is neither: an email on a
 * child's record is the carer's, and adults have no twins to guard against.
 */
export const strata = ['unknown', 'child', 'adult'] as const;
export type Stratum = (typeof strata)[number];

/** Where a class takes the probabilities of a field from: estimated for itself, or those of another class. */
export type Source = 'own' | PairClass;

/** The source of the probabilities of one kind of field in one class. */
export function sourceOf(pairClass: PairClass, kind: FieldKind): Source {
  switch (pairClass) {
    case 'match':
    case 'unrelated':
      return 'own';
    case 'moved':
      return placeKinds.has(kind) ? 'unrelated' : 'match';
    case 'household':
    case 'housemate':
    case 'relative':
      return sharedAtHome.has(kind) ? 'own' : 'unrelated';
    case 'twin':
      if (kind === 'birth-date') return 'match';
      if (kind === 'given-name') return 'own';
      return sharedAtHome.has(kind) ? 'household' : 'unrelated';
    case 'namesake':
      return kind === 'given-name' || kind === 'surname' || kind === 'email' ? 'own' : 'unrelated';
    default:
      return pairClass satisfies never;
  }
}

/** The classes that can be told apart with these fields, for pairs of a stratum. */
export function classesFor(kinds: readonly FieldKind[], stratum: Stratum): readonly PairClass[] {
  const has = (kind: FieldKind) => kinds.includes(kind);
  const home = kinds.some((kind) => sharedAtHome.has(kind));
  const place = kinds.some((kind) => placeKinds.has(kind));
  const personal = kinds.some((kind) => !sharedAtHome.has(kind));
  return pairClasses.filter((pairClass) => {
    switch (pairClass) {
      case 'match':
      case 'unrelated':
        return true;
      case 'moved':
        return kinds.filter((kind) => placeKinds.has(kind)).length > 1;
      case 'household':
        return home && personal;
      case 'housemate':
      case 'relative':
        return personal && place && kinds.some((kind) => sharedAtHome.has(kind) && !placeKinds.has(kind));
      case 'twin':
        return stratum !== 'adult' && home && has('birth-date') && has('given-name');
      case 'namesake':
        return (
          has('given-name') &&
          kinds.some((kind) => kind !== 'given-name' && kind !== 'surname' && !identifierKinds.has(kind))
        );
      default:
        return pairClass satisfies never;
    }
  });
}
