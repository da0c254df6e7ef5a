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
  const growing = growingPrivateFile(file);
  try {
    for (const part of typeof content === 'string' ? [content] : content) growing.write(part);
    growing.finish();
  } catch (error) {
    growing.discard();
    throw error;
  }
}

/** A private file that is written part by part, and is there once it is finished. */
export interface GrowingFile {
  write(part: string | Uint8Array): void;
  finish(): void;
  /** Leaves nothing behind, unless it is finished. */
  discard(): void;
}

/**
 * Begins what {@link writePrivateFile} does.
 * @throws Failure as that does.
 */
export function growingPrivateFile(file: string): GrowingFile {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) {
    const what = there.isSymbolicLink() ? 'a link' : there.isDirectory() ? 'a folder' : 'no ordinary file';
    throw new Failure(`${file} is ${what}: name a file to write to`);
  }
  const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
  const telling = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
      throw new Failure(`${file} cannot be written (${String(error.code)})`);
    }
  };
  const output = telling(() => openSync(partial, 'wx', 0o600));
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(output);
    isOpen = false;
  };
  return {
    write: (part) => telling(() => writeFileSync(output, part)),
    finish: () =>
      telling(() => {
        close();
        // Renaming replaces the name and never follows a link created meanwhile.
        renameSync(partial, file);
      }),
    discard: () => {
      close();
      rmSync(partial, { force: true });
    },
  };
}
