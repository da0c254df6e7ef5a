/** What a compared field holds. The kind decides its levels, its rungs and which classes of pairs may share it. */
export const fieldKinds = [
  'given-name',
  'surname',
  'birth-date',
  'gender',
  'postcode',
  'house-number',
  'address',
  'locality',
  'email',
  'mobile',
  'nhs-number',
  'other-id',
  'attribute',
] as const;
export type FieldKind = (typeof fieldKinds)[number];

/** Full agreement of names and words is divided by how rare the value is: level 1 is the rarest. */
export const RARITIES = 5;
/** A value is in the first band whose share of all present values it does not exceed; else in the last. */
export const rarityShares: readonly number[] = [1 / 30_000, 1 / 6_000, 1 / 1_500, 1 / 400];

const full = ['full, very rare', 'full, rare', 'full, uncommon', 'full, common', 'full, very common'];

/**
 * The comparison levels of each kind, strongest first; a pair has the first that holds. Index 0: missing on either side,
 * which is no evidence. Source of the ladder: the derivations of `@kinledger/derivations`.
 */
export const levelsOf: Readonly<Record<FieldKind, readonly string[]>> = {
  'given-name': [
    'missing',
    ...full,
    'nickname',
    'one edit',
    'swapped with surname',
    'swapped on one side',
    'part',
    'same sound',
    'same consonants',
    'first three letters',
    'different',
  ],
  surname: [
    'missing',
    ...full,
    'one edit',
    'part',
    'same sound',
    'same consonants',
    'first three letters',
    'different',
  ],
  'birth-date': [
    'missing',
    'full',
    'day and month swapped',
    'year and month, one edit',
    'year and month',
    'month and day, one edit',
    'one edit',
    'year and day',
    'month and day',
    'year',
    'decade',
    'different',
  ],
  gender: ['missing', 'full', 'different'],
  postcode: ['missing', 'full', 'one edit', 'sector', 'outward', 'area', 'different'],
  'house-number': ['missing', 'full', 'same digits', 'one edit', 'different'],
  address: ['missing', 'full', 'one edit', 'same sound', 'different'],
  locality: ['missing', ...full, 'one edit', 'same sound', 'different'],
  email: ['missing', 'full', 'one edit', 'local part', 'local part, one edit', 'different'],
  mobile: ['missing', 'full', 'one edit', 'last six digits', 'different'],
  'nhs-number': ['missing', 'full', 'one edit', 'different'],
  'other-id': ['missing', 'full', 'one edit', 'different'],
  attribute: ['missing', ...full, 'one edit', 'same sound', 'different'],
};

/** One rung of a value: `size` integers from `from` on, of which those that it does not need are 0. */
export interface Rung {
  readonly from: number;
  readonly size: number;
}

const rungs = <const Name extends string>(...sizes: readonly (readonly [Name, number])[]) => {
  let width = 0;
  const places: Partial<Record<Name, Rung>> = {};
  for (const [name, size] of sizes) {
    places[name] = { from: width, size };
    width += size;
  }
  return { width, rungs: places as Readonly<Record<Name, Rung>> };
};

const nameRungs = rungs(
  ['whole', 1],
  ['first-three', 1],
  ['consonants', 1],
  ['sound', 2],
  ['nickname', 6],
  ['part', 6],
);
const wordRungs = rungs(['whole', 1], ['sound', 1]);
const identifierRungs = rungs(['whole', 1]);

/**
 * The rungs of a value of each kind: which integers of its table stand for which derived values. Two values agree on a rung
 * if they have one of its integers in common. Rung `whole` comes first and is the value itself.
 */
export const rungsOf = {
  'given-name': nameRungs,
  surname: nameRungs,
  'birth-date': rungs(
    ...(['whole', 'swapped', 'year-month', 'month-day', 'year-day', 'year', 'decade'] as const).map(
      (name) => [name, 1] as const,
    ),
  ),
  gender: identifierRungs,
  postcode: rungs(...(['whole', 'sector', 'outward', 'area'] as const).map((name) => [name, 1] as const)),
  'house-number': rungs(['whole', 1], ['digits', 1]),
  address: wordRungs,
  locality: wordRungs,
  email: rungs(['whole', 1], ['local', 1]),
  mobile: rungs(['whole', 1], ['last-six', 1]),
  'nhs-number': identifierRungs,
  'other-id': identifierRungs,
  attribute: wordRungs,
} as const satisfies Readonly<
  Record<FieldKind, { readonly width: number; readonly rungs: Readonly<Record<string, Rung>> }>
>;

/** Levels of one kind that a rule asks for by name. */
export const levelNamed = (kind: FieldKind, name: string): number => {
  const level = levelsOf[kind].indexOf(name);
  if (level < 0) throw new Error(`${kind} has no level "${name}"`);
  return level;
};

/** The last level of every kind: present on both sides, and nothing agrees. */
export const differentLevel = (kind: FieldKind): number => levelsOf[kind].length - 1;

/** Whether full agreement of the kind is divided by rarity. */
export const hasRarities = (kind: FieldKind): boolean => levelsOf[kind].includes('full, rare');

/** What people of one household share, whoever they are. */
export const sharedAtHome: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'surname',
  'postcode',
  'house-number',
  'address',
  'locality',
  'email',
  'mobile',
]);

/** What changes together when a person moves. */
export const placeKinds: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'postcode',
  'house-number',
  'address',
  'locality',
]);

/** What says who a person is, and so hardly ever differs between two records of one. */
export const identifierKinds: ReadonlySet<FieldKind> = new Set<FieldKind>(['nhs-number', 'other-id']);
