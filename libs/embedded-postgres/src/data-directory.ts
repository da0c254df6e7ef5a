import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { serverAccount, type ServerAccount } from './account.js';
import { SYSTEM_DIRECTORY } from './binaries.js';

/**
 * The data directory of the server that belongs to `directory`. Root's server cannot read root's private folders, so
 * its data is in a folder named after `directory`: in the folder for temporary files if `directory` is in it and the
 * server's account can get there, else in a folder of the system.
 * @throws Error if somebody else has put something where the data belongs.
 */
export function dataDirectory(directory: string): string {
  const account = serverAccount();
  if (account === undefined) return join(directory, 'data');
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const name = `${basename(dirname(directory))}-${hash}`;
  const marker = join(directory, 'data-directory');
  const noted = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : undefined;
  // A copied `directory` has the marker of the original.
  if (noted !== undefined && basename(noted) === name && existsSync(noted)) {
    refuseForeign(noted, account);
    return noted;
  }
  const data = join(parentOfData(directory), name);
  refuseForeign(data, account);
  // The owner deleted the folder that had this name before, and so meant to delete the data.
  if (noted === undefined) {
    for (const old of [data, join(SYSTEM_DIRECTORY, name)])
      rmSync(old, { recursive: true, force: true, maxRetries: 5 });
  }
  makeUnlessThere(data);
  writeFileSync(marker, `${data}\n`, { mode: 0o600 });
  return data;
}

function parentOfData(directory: string): string {
  const temporary = tmpdir();
  if (directory.startsWith(temporary + sep) && canHoldData(temporary)) return temporary;
  mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
  return SYSTEM_DIRECTORY;
}

const OTHERS_PASS = 0o001;
const OTHERS_WRITE = 0o002;
const ONLY_OWNERS_RENAME = 0o1000;

/** Whether every account can get to the folder, and none can replace what another has in it or above it. */
function canHoldData(folder: string): boolean {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    const { mode } = statSync(at);
    if ((mode & OTHERS_PASS) === 0) return false;
    if ((mode & OTHERS_WRITE) !== 0 && (mode & ONLY_OWNERS_RENAME) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Everybody may make a folder or a link of a name that can be foreseen in the folder for temporary files. */
function refuseForeign(data: string, account: ServerAccount): void {
  if (dirname(data) === SYSTEM_DIRECTORY) return;
  const found = lstatSync(data, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory() || (found.uid !== 0 && found.uid !== account.uid))
    throw new Error(
      `${data} is where the database of this home belongs, and is a link, a file or another account’s; look at it, delete it, and start again`,
    );
}

function makeUnlessThere(data: string): void {
  if (lstatSync(data, { throwIfNoEntry: false }) !== undefined) return;
  // Not recursive: it fails if somebody else makes something of this name meanwhile.
  mkdirSync(data, { mode: 0o700 });
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
