import { isPlaceholder, placeholders } from '@kinledger/domain/identifiers';
import type { ColumnRole } from '../schema/link-schema.js';
import { hashOfBytes } from './hashes.js';

const [ZERO, NINE] = [48, 57];
const [LOWER_A, LOWER_Z] = [97, 122];
const AT = 64;
const DOT = 46;
const UNDERSCORE = 95;
const LONGEST_EMAIL = 100;

/**
 * Whether a cell certainly is its own canonical form, so that no string has to be made of it: columns of numbers and
 * addresses have nearly as many values as rows. What this does not recognise, `canonicalOf` decides.
 */
export function isCanonical(role: ColumnRole, bytes: Uint8Array, from: number, until: number): boolean {
  switch (role) {
    case 'nhs-number':
      return until - from === 10 && areDigits(bytes, from, until) && isVaried(bytes, from, until);
    case 'mobile':
      return (
        until - from === 11 &&
        bytes[from] === ZERO &&
        bytes[from + 1] === ZERO + 7 &&
        areDigits(bytes, from, until) &&
        isVaried(bytes, from + 2, until)
      );
    case 'email':
      return isPlainEmail(bytes, from, until);
    default:
      return false;
  }
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
const isLetter = (byte: number): boolean => byte >= LOWER_A && byte <= LOWER_Z;

function areDigits(bytes: Uint8Array, from: number, until: number): boolean {
  for (let at = from; at < until; at++) if (!isDigit(bytes[at] as number)) return false;
  return true;
}

/** Numbers that people invent repeat a digit or count; of others, few have so many neighbours that are equal or follow. */
const MOST_NEAR = 4;

function isVaried(bytes: Uint8Array, from: number, until: number): boolean {
  let near = 0;
  for (let at = from + 1; at < until; at++) {
    const step = (bytes[at] as number) - (bytes[at - 1] as number);
    if (step >= -1 && step <= 1) near += 1;
  }
  return near <= MOST_NEAR;
}

/** An address of lower-case letters, digits, dots and underscores, of which neither part is one that people invent. */
function isPlainEmail(bytes: Uint8Array, from: number, until: number): boolean {
  if (until - from > LONGEST_EMAIL) return false;
  let at = from;
  while (at < until && isOfLocalPart(bytes[at] as number)) at += 1;
  if (at === from || bytes[at] !== AT) return false;
  let named = at;
  while (named > from && isDigit(bytes[named - 1] as number)) named -= 1;
  return (
    isPlainDomain(bytes, at + 1, until) &&
    !inventedLocals.has(hashOfBytes(bytes, from, named)) &&
    !inventedDomains.has(hashOfBytes(bytes, at + 1, until))
  );
}

const isOfLocalPart = (byte: number): boolean =>
  isLetter(byte) || isDigit(byte) || byte === DOT || byte === UNDERSCORE;

/** Labels of letters and digits, the last of two letters or more. */
function isPlainDomain(bytes: Uint8Array, from: number, until: number): boolean {
  let label = from;
  let digits = false;
  for (let at = from; at < until; at++) {
    const byte = bytes[at] as number;
    if (byte === DOT) {
      if (at === label) return false;
      label = at + 1;
      digits = false;
    } else if (isDigit(byte)) digits = true;
    else if (!isLetter(byte)) return false;
    if (at - label >= 63) return false;
  }
  return label > from && until - label >= 2 && !digits;
}

const hashesOf = (texts: readonly string[]): ReadonlySet<number> =>
  new Set(
    texts.map((text) => {
      const bytes = new TextEncoder().encode(text);
      return hashOfBytes(bytes, 0, bytes.length);
    }),
  );

/** An address that shares a hash with one of these is left to `canonicalOf`, so that the hash need not be exact. */
const inventedLocals = hashesOf(
  placeholders.email.map((email) => email.slice(0, email.indexOf('@')).replace(/\d+$/, '')),
);
const inventedDomains = hashesOf(
  placeholders.email
    .map((email) => email.slice(email.indexOf('@') + 1))
    .filter((domain) => isPlaceholder('email', `amara.okafor@${domain}`)),
);
