import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Failure } from '../failure.js';

/**
 * Writes a file atomically, readable by its owner only, and replaces any file of that name whatever its permissions.
 * @throws Failure if the name is a link or anything but an ordinary file, because others may be able to read the
 * target.
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
    // Renaming replaces the name and never follows a link created meanwhile.
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new Failure(`${file} cannot be written${code}`);
  }
}
