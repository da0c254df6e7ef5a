import type { PseudonymisedRow, RowKey, Token, TokenOccurrence } from '@kinledger/contracts';
import { partition, type LinkageRecord, type LinkConstraints, type Strategy } from '@kinledger/domain';
import { wilson, type Interval } from './interval.js';
import { seededRandom, type SeededRandom } from './seeded-random.js';

/** Names the field that a derivation is made of; undefined for one that is made of several. */
export type FieldOfDerivation = (derivation: string) => string | undefined;

export interface DecoyOptions {
  readonly count: number;
  readonly seed: string;
  readonly fieldOf: FieldOfDerivation;
}

/** What became of the decoys of one role, or of all. */
export interface DecoyCount {
  readonly decoys: number;
  /** Linked to a record of somebody, which is wrong. */
  readonly linked: number;
  /** Not linked, but put before a person to decide. */
  readonly referred: number;
  /** Share that was linked, with its interval. */
  readonly share: number | null;
  readonly interval: Interval;
}

export interface DecoyOutcome {
  readonly all: DecoyCount;
  readonly byRole: Readonly<Record<string, DecoyCount>>;
}

/**
 * Links live records and decoys by a strategy, in memory, and counts the decoys that were linked. A decoy is nobody, so
 * it must not be.
 */
export function linkDecoys(
  records: readonly LinkageRecord[],
  constraints: LinkConstraints,
  strategy: Strategy,
  options: DecoyOptions,
): DecoyOutcome {
  const decoys = makeDecoys(records, options);
  const roleOf = new Map<RowKey, string>(decoys.map(({ rowKey, role }) => [rowKey, role]));
  const { groups, referrals } = partition([...records, ...decoys], constraints, strategy);
  const linked = new Set(
    groups
      .filter(({ persons, facts }) => persons.length + facts.length > 1)
      .flatMap(({ persons }) => persons.filter((rowKey) => roleOf.has(rowKey))),
  );
  const referred = new Set(
    referrals
      .flatMap(({ subject, candidates }) => [subject, ...candidates])
      .filter((rowKey) => roleOf.has(rowKey) && !linked.has(rowKey)),
  );
  const countOf = (rowKeys: readonly RowKey[]): DecoyCount => {
    const wrong = rowKeys.filter((rowKey) => linked.has(rowKey)).length;
    return {
      decoys: rowKeys.length,
      linked: wrong,
      referred: rowKeys.filter((rowKey) => referred.has(rowKey)).length,
      share: rowKeys.length === 0 ? null : wrong / rowKeys.length,
      interval: wilson(wrong, rowKeys.length),
    };
  };
  const byRole = Map.groupBy(roleOf.keys(), (rowKey) => roleOf.get(rowKey) ?? '');
  return {
    all: countOf([...roleOf.keys()]),
    byRole: Object.fromEntries([...byRole].sort().map(([role, rowKeys]) => [role, countOf(rowKeys)])),
  };
}

/** Everything that a record says of one field. */
interface FieldValue {
  readonly tokens: readonly TokenOccurrence[];
  readonly derived: PseudonymisedRow['derived'];
}

/**
 * Values that belong to one person by definition, and values made of several fields. Taken from somebody else they would
 * say that the decoy is that person; so a decoy has new ones, which nobody else has.
 */
const ownFields: readonly string[] = ['nhs-number', 'other-id', 'child-key', 'case-number'];
const COMPOSED = 'composed';

/**
 * Scrambled records: each has the fields of a random person record, and takes each field’s value from another record of the
 * same role, no two of them from one record. So every value is plausible, and the record is of nobody.
 */
export function makeDecoys(
  records: readonly LinkageRecord[],
  { count, seed, fieldOf }: DecoyOptions,
): readonly LinkageRecord[] {
  const persons = records.filter(({ kind }) => kind === 'person');
  if (persons.length === 0) return [];
  const holders = new Map<string, number[]>();
  persons.forEach((record, at) => {
    for (const field of fieldsOf(record, fieldOf).keys()) {
      const key = `${record.role} ${field}`;
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [at]);
      else known.push(at);
    }
  });
  const random = seededRandom(seed, 'decoys');
  return Array.from({ length: count }, () => {
    const at = random.below(persons.length);
    const template = persons[at] as LinkageRecord; // below length
    const used = new Set([at]);
    const tokens: TokenOccurrence[] = [];
    const derived: PseudonymisedRow['derived'][number][] = [];
    for (const [field, own] of fieldsOf(template, fieldOf)) {
      const value =
        field === COMPOSED || ownFields.includes(field)
          ? renewed(own, random)
          : borrowed(field, holders.get(`${template.role} ${field}`) ?? [], used, random);
      tokens.push(...(value?.tokens ?? []));
      derived.push(...(value?.derived ?? []));
    }
    return { ...template, rowKey: hexOf(random) as RowKey, tokens, derived };
  });

  function borrowed(
    field: string,
    from: readonly number[],
    used: Set<number>,
    { below }: SeededRandom,
  ): FieldValue | undefined {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && from.length > 0; attempt += 1) {
      const donor = from[below(from.length)] as number; // below length
      if (used.has(donor)) continue;
      used.add(donor);
      return fieldsOf(persons[donor] as LinkageRecord, fieldOf).get(field);
    }
    return undefined;
  }
}

/** A field that so few records have that this many draws find no other is left out of the decoy. */
const MAX_ATTEMPTS = 20;

function fieldsOf(
  { tokens, derived = [] }: LinkageRecord,
  fieldOf: FieldOfDerivation,
): ReadonlyMap<string, FieldValue> {
  const fields = new Map<string, { tokens: TokenOccurrence[]; derived: PseudonymisedRow['derived'] }>();
  const of = (field: string) => {
    const known = fields.get(field) ?? { tokens: [], derived: [] };
    fields.set(field, known);
    return known;
  };
  for (const token of tokens) of(token.domain.split(':')[0] ?? token.domain).tokens.push(token);
  for (const entry of derived) of(fieldOf(entry.derivation) ?? COMPOSED).derived.push(entry);
  return fields;
}

const renewed = ({ tokens, derived }: FieldValue, random: SeededRandom): FieldValue => ({
  tokens: tokens.map((token) => ({ ...token, token: hexOf(random) as Token })),
  derived: derived.map((entry) => ({ ...entry, tokens: entry.tokens.map(() => hexOf(random) as Token) })),
});

const WORDS = 4;
const WORD_VALUES = 2 ** 32;
const WORD_DIGITS = 8;

/** 128 random bits, as row keys and tokens have. */
const hexOf = ({ below }: SeededRandom): string =>
  Array.from({ length: WORDS }, () => below(WORD_VALUES).toString(16).padStart(WORD_DIGITS, '0')).join('');
