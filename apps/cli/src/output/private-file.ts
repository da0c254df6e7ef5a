import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Failure } from '../failure.js';

/**
 * Writes a file as a whole, readable by its owner alone, in place of one that may have been there with wider permissions.
 * @throws Failure where a link or anything but an ordinary file has that name: somebody else may read where it leads.
 */
export function writePrivateFile(file: string, content: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) {
    const what = there.isSymbolicLink() ? 'a link' : there.isDirectory() ? 'a folder' : 'no ordinary file';
    throw new Failure(`${file} is ${what}: name a file to write to`);
  }
  const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
  try {
    writeFileSync(partial, content, { mode: 0o600, flag: 'wx' });
    // Renaming replaces a name and never follows a link that has come there meanwhile.
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new Failure(`${file} cannot be written${code}`);
  }
}
