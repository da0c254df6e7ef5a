import { closeSync, lstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Failure } from '../failure.js';

/**
 * Writes a file atomically, readable by its owner only, and replaces any file of that name whatever its permissions.
 * @throws Failure if the name is a link or anything but an ordinary file, because others may be able to read the
 * target.
 */
export function writePrivateFile(file: string, content: string): void {
  const growing = begin(file);
  try {
    growing.write(content);
    growing.finish();
  } finally {
    growing.discard();
  }
}

/** A private file, and what it is to hold: parts, each of which is written before the next is asked for. */
export interface PrivateFile {
  readonly file: string;
  readonly parts: Iterable<string | Uint8Array>;
}

/**
 * Writes several files as {@link writePrivateFile} does. None replaces anything before all are written; a signal that
 * ends the command leaves nothing of them.
 */
export async function writePrivateFiles(files: readonly PrivateFile[]): Promise<void> {
  const begun: GrowingFile[] = [];
  try {
    for (const { file } of files) begun.push(growingPrivateFile(file));
    for (const [at, { parts }] of files.entries())
      for (const part of parts) {
        begun[at]?.write(part);
        // Signals are handled between parts.
        await setImmediate();
      }
    for (const growing of begun) growing.finish();
  } finally {
    for (const growing of begun) growing.discard();
  }
}

/** Prevents work whose result could not be written. @throws Failure if a file of this name could not be begun. */
export function requireWritable(file: string): void {
  begin(file).discard();
}

/** A private file that is written part by part, and is there once it is finished. */
export interface GrowingFile {
  write(part: string | Uint8Array): void;
  finish(): void;
  /** Leaves nothing behind, unless it is finished. */
  discard(): void;
}

/**
 * Begins what {@link writePrivateFile} does. Until it is finished or discarded, a signal that ends the command discards it;
 * whoever writes for long lets signals be handled between parts.
 * @throws Failure as that does.
 */
export function growingPrivateFile(file: string): GrowingFile {
  const growing = begin(file);
  unfinished.add(growing);
  if (unfinished.size === 1) for (const signal of endings) process.on(signal, discardAndEnd);
  const forget = () => {
    if (!unfinished.delete(growing) || unfinished.size > 0) return;
    for (const signal of endings) process.off(signal, discardAndEnd);
  };
  return {
    write: (part) => growing.write(part),
    finish: () => {
      growing.finish();
      forget();
    },
    discard: () => {
      growing.discard();
      forget();
    },
  };
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const unfinished = new Set<GrowingFile>();

/** Ends the command as the signal would have done, without what is unfinished. */
function discardAndEnd(signal: NodeJS.Signals): void {
  for (const growing of unfinished) growing.discard();
  unfinished.clear();
  for (const each of endings) process.off(each, discardAndEnd);
  process.kill(process.pid, signal);
}

function begin(file: string): GrowingFile {
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
