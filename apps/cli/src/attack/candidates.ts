import { carerName, opKin1, type FieldRole } from '@kinledger/derivations';
import { canonicalNhsNumber, type CanonicalByKind } from '@kinledger/domain/identifiers';
import type { PostcodeLookup } from '@kinledger/programme';
import type { Keys } from '@kinledger/pseudonymised-rows';
import { DERIVED } from './stored-tokens.js';

/** Every value of a field that has few, or as many of a large one as the budget allows. */
interface Enumeration {
  readonly field: FieldRole;
  /** How many values the field may have. */
  readonly space: number;
  readonly values: (budget: number) => Iterable<string>;
}

const A_DAY = 86_400_000;
const FIRST_DAY = Date.UTC(1910, 0, 1);
const DAYS = 43_000;
/** Numbers that are reserved for drama. */
const DRAMA = 1_000;
const LETTERS = 26;
const FIRST_LETTER = 'A'.codePointAt(0) ?? 0;

/** The fields of which an attacker can try all values, or many, without knowing anybody. */
export const enumerations = (postcodes: PostcodeLookup): readonly Enumeration[] => [
  { field: 'gender', space: 3, values: () => ['F', 'M', 'X'] },
  {
    field: 'birth-date',
    space: DAYS,
    values: (budget) =>
      upTo(Math.min(DAYS, budget), (day) => new Date(FIRST_DAY + day * A_DAY).toISOString().slice(0, 10)),
  },
  {
    field: 'given-name-part',
    space: LETTERS ** 3,
    values: () =>
      upTo(LETTERS ** 3, (number) =>
        String.fromCodePoint(
          ...[number / LETTERS ** 2, (number / LETTERS) % LETTERS, number % LETTERS].map(
            (letter) => FIRST_LETTER + Math.floor(letter),
          ),
        ),
      ),
  },
  {
    field: 'postcode',
    space: postcodes.size,
    values: function* (budget) {
      let left = budget;
      for (const [postcode] of postcodes.entries()) if (left-- > 0) yield postcode;
    },
  },
  // From the ranges that synthetic data has numbers of, which are nobody’s.
  {
    field: 'mobile',
    space: 1e9,
    values: (budget) =>
      upTo(budget, (number) =>
        number < DRAMA
          ? `07700900${String(number).padStart(3, '0')}`
          : `0769${String(number - DRAMA).padStart(7, '0')}`,
      ),
  },
  {
    field: 'nhs-number',
    space: 1e9,
    values: function* (budget) {
      for (const number of upTo(budget, (each) => `999${String(each).padStart(6, '0')}`)) {
        for (let check = 0; check <= 9; check += 1) {
          const value = canonicalNhsNumber(`${number}${check}`);
          if (value !== undefined) yield value;
        }
      }
    },
  },
];

function* upTo(count: number, of: (number: number) => string): Generator<string> {
  for (let number = 0; number < count; number += 1) yield of(number);
}

/**
 * Makes the tokens of a value under keys, each with the field under which it would be stored.
 * @param isSought whether tokens of this derivation, under the name of its field, are worth making.
 */
export function lookUpValue(
  field: FieldRole,
  value: string,
  { digests, tokens }: Keys,
  isSought: (stored: string) => boolean,
  look: (stored: string, token: string) => void,
): void {
  if (isPlain(field)) look(field, tokens.tokenOf(field, digests.of(field, value as CanonicalByKind[Plain])));
  for (const { derivation } of rungsOf[field] ?? []) {
    const names = [derivation.name, carerName(derivation.name)]
      .map((name) => `${DERIVED}${name}`)
      .filter(isSought);
    if (names.length === 0) continue;
    for (const digest of digests.derived.ofSet(derivation, value)) {
      const token = tokens.tokenOf(derivation.domain, digest);
      for (const name of names) look(name, token);
    }
  }
}

const rungsOf: Readonly<Partial<Record<FieldRole, typeof opKin1.rungs>>> = Object.fromEntries(
  Map.groupBy(opKin1.rungs, ({ field }) => field),
);

type Plain = 'gender' | 'birth-date' | 'mobile' | 'nhs-number';
const isPlain = (field: FieldRole): field is Plain =>
  field === 'gender' || field === 'birth-date' || field === 'mobile' || field === 'nhs-number';
