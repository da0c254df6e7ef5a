import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { serverAccount } from './account.js';
import { SYSTEM_DIRECTORY } from './binaries.js';

/**
 * The data directory of the server that belongs to `directory`. Root's server cannot read root's private folders, so
 * its data is in a folder of the system named after `directory`: for a throw-away `directory`, in the folder for temporary files.
 */
export function dataDirectory(directory: string): string {
  if (serverAccount() === undefined) return join(directory, 'data');
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const name = `${basename(dirname(directory))}-${hash}`;
  const marker = join(directory, 'data-directory');
  const noted = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : undefined;
  // A copied `directory` has the marker of the original.
  if (noted !== undefined && basename(noted).startsWith(name) && existsSync(noted)) return noted;
  const data = isTemporary(directory)
    ? mkdtempSync(join(tmpdir(), `${name}-`))
    : systemDirectoryFor(name, noted === undefined);
  writeFileSync(marker, `${data}\n`, { mode: 0o600 });
  return data;
}

const isTemporary = (directory: string): boolean => directory.startsWith(tmpdir() + sep);

/** @param isNew whether the owner deleted the folder that had this name before, and so meant to delete the data. */
function systemDirectoryFor(name: string, isNew: boolean): string {
  const data = join(SYSTEM_DIRECTORY, name);
  mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  if (isNew) rmSync(data, { recursive: true, force: true });
  return data;
}

/** Makes the server's account the owner of files that were copied into the data directory. */
export function giveToServer(data: string): void {
  const account = serverAccount();
  if (account === undefined) return;
  chownSync(data, account.uid, account.gid);
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
}
