import { createSecretKey, type KeyObject } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  secretFiles,
  secretsUnreadable,
  tokenMasterFile,
  type IntakeSecrets,
  type Secrets,
} from './secrets.js';

const key = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
  .transform((digits) => createSecretKey(digits, 'hex'));
const saltText = z
  .string()
  .regex(/^[\x21-\x7e]{16,1024}$/, 'expected 16 to 1024 printable characters without white space');
const salt = saltText.transform((text) => createSecretKey(text, 'utf8'));

/** What is wrong with a text as a salt of profile op-leap-1; undefined if it is one. Holds nothing of the text. */
export const faultOfSalt = (text: string): string | undefined =>
  saltText.safeParse(text).error?.issues[0]?.message;

const MAX_FILE_BYTES = 4096;
const tokenMasterName = /^token-master-([1-9]\d{0,3})$/;

/**
 * Reads all secrets of the restricted zone.
 * @throws SecretsUnreadable naming the file and the rule that it breaks, never its content.
 */
export async function readSecrets(folder: string): Promise<Secrets> {
  const [intake, opLeapSalt, rowKeyKey, recordIdKey, tokenMasters] = await Promise.all([
    readIntakeSecrets(folder),
    readSecret(folder, secretFiles.opLeapSalt, salt),
    readSecret(folder, secretFiles.rowKeyKey, key),
    readSecret(folder, secretFiles.recordIdKey, key),
    readTokenMasters(folder),
  ]);
  return { ...intake, opLeapSalt, rowKeyKey, recordIdKey, tokenMasters };
}

/** Reads the two secrets of intake; the folder need not contain the others. Throws like `readSecrets`. */
export async function readIntakeSecrets(folder: string): Promise<IntakeSecrets> {
  const [landingKek, contentHashKey] = await Promise.all([
    readSecret(folder, secretFiles.landingKek, key),
    readSecret(folder, secretFiles.contentHashKey, key),
  ]);
  return { landingKek, contentHashKey };
}

async function readTokenMasters(folder: string): Promise<KeyObject[]> {
  const versions = (await namesIn(folder))
    .flatMap((name) => tokenMasterName.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
  // A gap means that a key is lost: tokens made without it would match nothing.
  const newest = Math.max(1, versions.at(-1) ?? 0);
  return Promise.all(
    Array.from({ length: newest }, (_, index) => readSecret(folder, tokenMasterFile(index + 1), key)),
  );
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    throw secretsUnreadable(folder, tokenMasterFile(1), reasonOf(error));
  });

async function readSecret(
  folder: string,
  file: string,
  schema: z.ZodType<KeyObject, string>,
): Promise<KeyObject> {
  const text = await readLine(folder, file);
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw secretsUnreadable(folder, file, result.error.issues[0]?.message ?? 'it has an invalid form');
}

async function readLine(folder: string, file: string): Promise<string> {
  const handle = await open(join(folder, file), 'r').catch((error: unknown) => {
    throw secretsUnreadable(folder, file, reasonOf(error));
  });
  try {
    const { mode, size } = await handle.stat();
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & 0o007) !== 0) {
      throw secretsUnreadable(folder, file, 'anybody on this machine may read or write it (chmod o-rwx)');
    }
    if (size > MAX_FILE_BYTES) throw secretsUnreadable(folder, file, 'it is too long to be one line');
    return (await handle.readFile('utf8')).replace(/\r?\n$/, '');
  } finally {
    await handle.close();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error
    ? (reasons[String(error.code)] ?? 'it cannot be opened')
    : 'it cannot be opened';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'this account may not read it',
  EISDIR: 'it is a folder',
};
