import {
  noValueSpellings,
  placeholders,
  spellingOpLeap1,
  type Digest,
  type OpLeap1,
  type PlaceholderKind,
} from '@kinledger/domain/identifiers';
import type { ColumnIdentifier } from '@kinledger/programme/definition';

type IdentifierKind = ColumnIdentifier['kind'];

/**
 * The lists of empty values. A provider chooses its case numbers freely, so 0123456789 may be one; for every other kind
 * of identifier, a placeholder of any kind is an empty value.
 */
export const emptyValueLists = ['case-number', 'other'] as const;
export type EmptyValueList = (typeof emptyValueLists)[number];
export const emptyValueListOf = (kind: IdentifierKind): EmptyValueList =>
  kind === 'case-number' ? 'case-number' : 'other';

/** A child key is made of four values. */
const CHILD_KEY_PARTS = 4;
const genders = ['male', 'female', 'm', 'f', 'other', 'indeterminate', 'not specified', '0', '1', '2', '9'];

/**
 * Digests of empty values. A provider’s program digests an empty cell, `NULL` or `none@none.com` like a value, so that
 * every such row of every file made with the salt has the same digest. The list is that of clear text ({@link
 * placeholders}), in the cases in which people and programs type it. Of child keys it includes those whose four parts
 * are all empty, or all but the gender; one that a source made of a placeholder and real values cannot be recognised.
 */
export const emptyValueDigests = (
  { digestOpLeap1 }: OpLeap1,
  list: EmptyValueList,
  salt: string,
): ReadonlySet<Digest> => new Set(emptyValueTexts(list).map((text) => digestOpLeap1({ Value: text }, salt)));

const placeholderKinds = Object.keys(placeholders) as PlaceholderKind[];

function emptyValueTexts(list: EmptyValueList): readonly string[] {
  const spelt = noValueSpellings.flatMap(asTyped);
  if (list === 'case-number') return spelt;
  return [
    ...spelt,
    ...placeholderKinds.flatMap((kind) =>
      placeholders[kind].flatMap((value) => asTyped(spellingOpLeap1(kind, value))),
    ),
    ...spelt.map((text) => text.repeat(CHILD_KEY_PARTS)),
    ...genders.flatMap(asTyped),
  ];
}

/** White space is removed before a text is digested, and its case is kept. */
const asTyped = (text: string): readonly string[] => [
  text,
  text.toUpperCase(),
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
];
