import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Makes the folder of this run's temporary files, and removes those of runs that were killed. */
export function folderOfRun(parent) {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^kinledger-test-(\d+)-/u.exec(name) ?? [];
    if (pid !== undefined && isGone(Number(pid)) && isOurs(join(parent, name)))
      removeFolder(join(parent, name));
  }
  const folder = mkdtempSync(join(parent, `kinledger-test-${process.pid}-`));
  // PostgreSQL runs under another account when this process is root's.
  chmodSync(folder, 0o755);
  return folder;
}

/** A database server that a test left behind may write until its files are gone. A later run removes what stays. */
export function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  } catch (error) {
    console.error(`${folder} stays: ${error.message}`);
  }
}

const isOurs = (folder) => lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.();

function isGone(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
