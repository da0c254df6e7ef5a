import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
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
 * Adds the next version of the token keys. Restart the services that hold keys afterwards; existing tokens are wrapped,
 * see `TokenKeys.wrap`.
 * @returns the new version.
 */
export async function addTokenMaster(folder: string): Promise<number> {
  const { tokenMasters } = await readSecrets(folder);
  const version = tokenMasters.length + 1;
  await writeSecret(join(folder, tokenMasterFile(version)), randomBytes(32));
  return version;
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
