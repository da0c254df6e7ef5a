import { closeSync, lstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Failure } from '../failure.js';

/**
 * Writes a file atomically, readable by its owner only, and replaces any file of that name whatever its permissions.
 * @param content the text, or parts of it as text or bytes, each of which is written before the next is asked for.
 * @throws Failure if the name is a link or anything but an ordinary file, because others may be able to read the
 * target.
 */
export function writePrivateFile(file: string, content: string | Iterable<string | Uint8Array>): void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) {
    const what = there.isSymbolicLink() ? 'a link' : there.isDirectory() ? 'a folder' : 'no ordinary file';
    throw new Failure(`${file} is ${what}: name a file to write to`);
  }
  const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
  try {
    const output = openSync(partial, 'wx', 0o600);
    try {
      for (const part of typeof content === 'string' ? [content] : content) writeFileSync(output, part);
    } finally {
      closeSync(output);
    }
    // Renaming replaces the name and never follows a link created meanwhile.
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new Failure(`${file} cannot be written (${String(error.code)})`);
  }
}
