import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { serverAccount } from './account.js';
import { SYSTEM_DIRECTORY } from './binaries.js';

/**
 * The data directory of the server that belongs to `directory`. Root's server cannot read root's private folders, so
 * its data is in a system folder named after `directory`.
 */
export function dataDirectory(directory: string): string {
  if (serverAccount() === undefined) return join(directory, 'data');
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const marker = join(directory, 'data-directory');
  const data = join(SYSTEM_DIRECTORY, `${basename(dirname(directory))}-${name}`);
  mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  // The owner deleted `directory`, and so meant to delete the data.
  if (!existsSync(marker)) rmSync(data, { recursive: true, force: true });
  writeFileSync(marker, `${data}\n`, { mode: 0o600 });
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
