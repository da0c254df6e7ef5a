import {
  digestOpLeap1,
  noValueSpellings,
  placeholders,
  type Digest,
  type PlaceholderKind,
} from '@kinledger/domain';
import type { ColumnIdentifier } from '@kinledger/programme';

export type IdentifierKind = ColumnIdentifier['kind'];

export const identifierKinds = [
  'nhs-number',
  'email',
  'mobile',
  'birth-date',
  'gender',
  'case-number',
  'child-key',
] as const satisfies readonly IdentifierKind[];

/** A child key is made of four values. */
const CHILD_KEY_PARTS = 4;
const genders = ['male', 'female', 'm', 'f', 'other', 'indeterminate', 'not specified', '0', '1', '2', '9'];

/**
 * Digests of what is no value. A provider’s program digests an empty cell, `NULL` or `none@none.com` like a value, so that
 * every such row of every file made with the salt carries the same digest. The list is that of clear text
 * ({@link placeholders}), in the letters in which people and programs type it. Of child keys those are known whose four
 * parts say nothing, or all but the gender; one that a source made of a placeholder and true values cannot be told from a
 * true one.
 */
export function digestsOfNothing(kind: IdentifierKind, salt: string): ReadonlySet<Digest> {
  return new Set(textsOfNothing(kind).map((text) => digestOpLeap1({ Value: text }, salt)));
}

function textsOfNothing(kind: IdentifierKind): readonly string[] {
  const spelt = noValueSpellings.flatMap(asTyped);
  if (kind === 'child-key')
    return [...spelt, ...spelt.map((text) => text.repeat(CHILD_KEY_PARTS)), ...genders.flatMap(asTyped)];
  return isPlaceholderKind(kind) ? [...spelt, ...placeholders[kind].flatMap(asTyped)] : spelt;
}

const isPlaceholderKind = (kind: IdentifierKind): kind is PlaceholderKind =>
  Object.hasOwn(placeholders, kind);

/** White space is removed before a text is digested, and letters stay as they were typed. */
const asTyped = (text: string): readonly string[] => [
  text,
  text.toUpperCase(),
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
];
