import { lengthPrefixed } from '@kinledger/domain/identifiers';
import type { KeyedHash } from '../hashing.js';

/**
 * What names one person, and so may keep the person’s rows out: a digest of an NHS number or of a child key, the key of a
 * row that a provider gives its own number, or an email or mobile together with a birth date or with the number that a
 * provider knows the person by. Contacts are shared: alone they keep no row out. `carer-email` and `carer-mobile` keep a
 * contact that only one adult uses off the rows of children, which go further without it.
 */
export const personMarkKinds = [
  ...(['nhs-number', 'child-key', 'row-key'] as const),
  ...(['email-birth-date', 'mobile-birth-date', 'email-case-number', 'mobile-case-number'] as const),
  ...(['carer-email', 'carer-mobile'] as const),
] as const;
export type PersonMarkKind = (typeof personMarkKinds)[number];

export const contactKinds = ['email', 'mobile'] as const;
export type ContactKind = (typeof contactKinds)[number];

/** A digest or row key under the key of suppressions: 128 bits as hex digits, which name nobody without it. */
export interface PersonMark {
  readonly kind: PersonMarkKind;
  readonly mac: string;
}

const MAC_DIGITS = 32;

/** Makes the marks by which suppressed people are known. The key never rotates: a mark must be found for ever. */
export class PersonMarks {
  readonly #hash: KeyedHash;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  /** @param parts the digest or row key, in either case; of a pair, the contact comes first. */
  of(kind: PersonMarkKind, ...parts: readonly string[]): PersonMark {
    const said = parts.map((part) => part.toUpperCase());
    return { kind, mac: this.#hash.hex(lengthPrefixed([kind, ...said])).slice(0, MAC_DIGITS) };
  }
}

/** Whether digests or a row key name somebody who is suppressed. */
export interface Suppressed {
  /** Whether there may be a mark of this kind at all. */
  knows(kind: PersonMarkKind): boolean;
  names(kind: PersonMarkKind, ...parts: readonly string[]): boolean;
}

/** Nobody is suppressed, or was so after the file was begun. */
export interface SuppressedPeople {
  /** MACs of whom is suppressed for a file. */
  readonly macs: ReadonlySet<string>;
  /** MACs of those who were suppressed only after rows of the file had been published. */
  readonly since: ReadonlySet<string>;
  /** Kinds of all these marks. */
  readonly kinds: ReadonlySet<string>;
}

/**
 * Suppression of one file.
 * @param onSince called for somebody who was suppressed since, and throws: the file cannot go on.
 * @returns undefined where nobody is suppressed, so that no row is looked at.
 */
export function suppressedIn(
  marks: PersonMarks,
  { macs, since, kinds }: SuppressedPeople,
  onSince: () => never,
): Suppressed | undefined {
  if (macs.size + since.size === 0) return undefined;
  return {
    knows: (kind) => kinds.has(kind),
    names(kind, ...parts) {
      if (!kinds.has(kind)) return false;
      const { mac } = marks.of(kind, ...parts);
      if (since.has(mac)) onSince();
      return macs.has(mac);
    },
  };
}
