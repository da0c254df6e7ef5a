import { lengthPrefixed } from '@kinledger/domain/identifiers';
import type { KeyedHash } from '../hashing.js';

/**
 * What names one person, and so may keep the person’s rows out: a digest of an NHS number or of a child key, or the key of
 * a row that a provider gives its own number. Contacts are shared, and never suppress anybody.
 */
export const personMarkKinds = ['nhs-number', 'child-key', 'row-key'] as const;
export type PersonMarkKind = (typeof personMarkKinds)[number];

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

  /** @param digits the digest or row key, in either case. */
  of(kind: PersonMarkKind, digits: string): PersonMark {
    const mac = this.#hash.hex(lengthPrefixed([kind, digits.toUpperCase()])).slice(0, MAC_DIGITS);
    return { kind, mac };
  }
}

/** Whether a digest or row key names somebody whose rows go no further. */
export interface Suppressed {
  names(kind: PersonMarkKind, digits: string): boolean;
}

/** Nobody is suppressed, or was so after the file was begun. */
export interface SuppressedPeople {
  /** MACs of whom is suppressed for a file. */
  readonly macs: ReadonlySet<string>;
  /** MACs of those who were suppressed only after rows of the file had been published. */
  readonly since: ReadonlySet<string>;
}

/**
 * Suppression of one file.
 * @param onSince called for somebody who was suppressed since, and throws: the file cannot go on.
 * @returns undefined where nobody is suppressed, so that no row is looked at.
 */
export function suppressedIn(
  marks: PersonMarks,
  { macs, since }: SuppressedPeople,
  onSince: () => never,
): Suppressed | undefined {
  if (macs.size + since.size === 0) return undefined;
  return {
    names(kind, digits) {
      const { mac } = marks.of(kind, digits);
      if (since.has(mac)) onSince();
      return macs.has(mac);
    },
  };
}
