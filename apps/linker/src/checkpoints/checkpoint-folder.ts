import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** World-readable on purpose: a checkpoint reveals nothing about anybody, and protects best if others hold copies. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const SIZE_DIGITS = 12;

/** The operator's own copies of checkpoints: one file each, outside the databases, never changed. */
export class CheckpointFolder {
  readonly #directory: string;
  readonly #prefix: string;

  /** @param directory need not exist yet, but its parent must. */
  constructor(directory: string, stream: string) {
    this.#directory = directory;
    this.#prefix = `${stream}-`;
  }

  /** Sizes of the checkpoints in the folder, smallest first. Empty if the folder does not exist. */
  async sizes(): Promise<number[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    });
    return names
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => /^(\d+)\.txt$/.exec(name.slice(this.#prefix.length))?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** The note of a checkpoint of this size; undefined if there is none. */
  async read(size: number): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#fileOf(size));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Writes a note atomically and durably. */
  async write(size: number, note: Uint8Array): Promise<void> {
    await mkdir(this.#directory, { mode: FOLDER_MODE }).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error;
    });
    const file = this.#fileOf(size);
    const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
    try {
      const handle = await open(partial, 'wx', FILE_MODE);
      try {
        await handle.writeFile(note);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, file);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await this.#syncFolder();
  }

  #fileOf(size: number): string {
    return join(this.#directory, `${this.#prefix}${String(size).padStart(SIZE_DIGITS, '0')}.txt`);
  }

  /** A new name is durable once its folder is synced. Windows cannot sync a folder, and need not. */
  async #syncFolder(): Promise<void> {
    if (process.platform === 'win32') return;
    const folder = await open(this.#directory, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
