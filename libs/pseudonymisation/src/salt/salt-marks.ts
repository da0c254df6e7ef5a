import { hash } from 'node:crypto';
import { opLeap1With, sha256Hex } from '@kinledger/domain';
import { emptyValueDigests, emptyValueLists, type EmptyValueList } from '@kinledger/pseudonymised-rows';
import { z } from 'zod';
import { rollingHash } from './rolling-hash.js';

/** 128 bits of a hash used for no other purpose, so that comparing it with other hashes reveals nothing. */
const mark = z.string().regex(/^[0-9a-f]{32}$/);
export const markOf = (text: string | Uint8Array): string => {
  const marked = typeof text === 'string' ? PREFIX + text : Buffer.concat([Buffer.from(PREFIX), text]);
  return hash('sha256', marked, 'hex').slice(0, 32);
};
const PREFIX = 'kinledger salt mark\n';
const profile = opLeap1With(sha256Hex);

/** One way in which a text may contain the salt: its length in bytes, and two hashes of it in lower case. */
const saltSpelling = z.strictObject({
  bytes: z.int().positive(),
  /** 32 bits, see {@link rollingHash}: cheap to compare at every byte of a file. */
  rolling: z.int().nonnegative(),
  mark,
});
export type SaltSpelling = z.infer<typeof saltSpelling>;

/**
 * Data by which a process that must not hold a salt recognises it and its digests of empty values. Like any file with a
 * digested empty cell, which is SHA-256 of the salt, these allow guesses at the salt to be verified, so they stay in
 * the restricted zone; of a random salt they reveal nothing.
 */
export const saltMarks = z.strictObject({
  spellings: z.array(saltSpelling).min(1),
  /** Marks of the digests of empty values, in upper case. */
  nothing: z.record(z.enum(emptyValueLists), z.array(mark)),
});
export type SaltMarks = z.infer<typeof saltMarks>;

/** The marks of one salt. */
export const marksOf = (salt: string): SaltMarks => ({
  spellings: [...spellingsOf(salt)],
  nothing: Object.fromEntries(
    emptyValueLists.map((list) => [list, [...emptyValueDigests(profile, list, salt)].map(markOf)]),
  ) as Record<EmptyValueList, string[]>,
});

/** The ways in which a file may write a salt. */
export function spellingsOf(salt: string): readonly SaltSpelling[] {
  const small = salt.toLowerCase();
  // The second is how a CSV file escapes quotation marks.
  const spellings = new Set([small, small.replaceAll('"', '""')]);
  return [...spellings].map((text) => {
    const bytes = Buffer.from(text);
    return { bytes: bytes.length, rolling: rollingHash(bytes), mark: markOf(bytes) };
  });
}
