import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readSecrets } from './read-secrets.js';
import { secretFiles, tokenMasterFile } from './secrets.js';

export interface CreateSecretsOptions {
  /**
   * Derives the secrets from this text instead of randomly: for reproducible demonstrations, never for people's data.
   */
  readonly seed?: string;
}

/**
 * Creates the secrets of the restricted zone in a folder that does not exist or is empty: 256 bits each, in files that
 * only their owner may read. They appear atomically. A folder with any file is left unchanged, because a new key beside
 * others would silently match nothing.
 * @returns whether they were created now, or existed already.
 * @throws SecretsUnreadable if the folder has files, but not all secrets.
 */
export async function createSecrets(
  folder: string,
  options: CreateSecretsOptions = {},
): Promise<'created' | 'kept'> {
  const target = resolve(folder);
  if ((await namesIn(target)).length > 0) {
    await readSecrets(target);
    return 'kept';
  }
  await mkdir(dirname(target), { recursive: true });
  const staged = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const file of [...Object.values(secretFiles), tokenMasterFile(1)]) {
      await writeSecret(join(staged, file), bytesOf(file, options.seed));
    }
    // Not every system can rename over an empty folder.
    await rmdir(target).catch(ignoreMissing);
    await rename(staged, target);
    return 'created';
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    // If somebody else was faster, their secrets are used.
    if ((await namesIn(target)).length === 0) throw error;
    await readSecrets(target);
    return 'kept';
  }
}

/**
 * Creates the token key of a version, which must be the next one. It appears atomically, for services that are at work.
 * Nothing uses it until the keys are rotated.
 * @returns whether it was created now, or existed already. @throws RangeError if it is not the next one.
 */
export async function createTokenMaster(folder: string, version: number): Promise<'created' | 'kept'> {
  const { tokenMasters } = await readSecrets(folder);
  if (version <= tokenMasters.length) return 'kept';
  if (version !== tokenMasters.length + 1) {
    throw new RangeError(`the next token key has version ${tokenMasters.length + 1}, not ${version}`);
  }
  const staged = await mkdtemp(join(folder, '.token-master-'));
  try {
    const file = join(staged, tokenMasterFile(version));
    await writeSecret(file, randomBytes(32));
    // Unlike a renaming, a link never replaces a file.
    await link(file, join(folder, tokenMasterFile(version)));
    return 'created';
  } catch (error) {
    if ((await readSecrets(folder)).tokenMasters.length < version) throw error;
    return 'kept';
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

async function writeSecret(path: string, bytes: Uint8Array): Promise<void> {
  // The flag wx never overwrites an existing file.
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(`${Buffer.from(bytes).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** HKDF-SHA-256 (RFC 5869) with the file's name as its info: the same seed gives the same secrets. */
const bytesOf = (file: string, seed: string | undefined): Uint8Array =>
  seed === undefined
    ? randomBytes(32)
    : new Uint8Array(hkdfSync('sha256', seed, 'kinledger demonstration secrets', file, 32));

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    ignoreMissing(error);
    return [];
  });

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
