import {
  digestOpLeap1,
  noValueSpellings,
  placeholders,
  type Digest,
  type PlaceholderKind,
} from '@kinledger/domain';
import type { ColumnIdentifier } from '@kinledger/programme';

type Kind = ColumnIdentifier['kind'];

const isPlaceholderKind = (kind: Kind): kind is PlaceholderKind => Object.hasOwn(placeholders, kind);

/** As a program digests a cell that says nothing: white space is removed, and letters stay as they were typed. */
const spellings: readonly string[] = [
  ...new Set(noValueSpellings.flatMap((text) => [text, text.toUpperCase(), capitalised(text)])),
];

/**
 * Digests of what is no value. A provider’s program digests an empty cell, `NULL` or `none@none.com` like
 * a value, so that every such row of every file made with the salt carries the same digest. The list is that of clear text
 * ({@link placeholders}). A child key that a source made of a placeholder and other parts cannot be told from a true one;
 * one made of empty parts is the digest of an empty cell.
 */
export class DigestsOfNothing {
  #salt: string | undefined;
  readonly #byKind = new Map<Kind, ReadonlySet<Digest>>();

  /** Whether a digest under the salt is that of no value. */
  has(kind: Kind, digest: Digest, salt: string): boolean {
    if (salt !== this.#salt) this.#byKind.clear();
    this.#salt = salt;
    const known = this.#byKind.get(kind) ?? digestsOf(kind, salt);
    this.#byKind.set(kind, known);
    return known.has(digest);
  }
}

function digestsOf(kind: Kind, salt: string): ReadonlySet<Digest> {
  const values = [...spellings, ...(isPlaceholderKind(kind) ? placeholders[kind] : [])];
  return new Set(values.map((value) => digestOpLeap1({ Value: value }, salt)));
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
