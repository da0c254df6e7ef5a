import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../failure.js';

/** A folder that appears under its name when it is whole: until then what is written lies in `<name>.partial`. */
export class NewFolder {
  readonly #folder: string;
  readonly #partial: string;

  /** @throws Failure where something is there already. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#partial = `${folder}.partial`;
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new Failure(`${folder} is not empty: name a folder that is, or is not there`);
    }
    // What lies there is of a command that was killed.
    rmSync(this.#partial, { recursive: true, force: true });
    mkdirSync(this.#partial, { recursive: true, mode: 0o700 });
  }

  /** Where something lies until the folder has its name, for functions that write files themselves. */
  pathOf(name: string): string {
    return join(this.#partial, name);
  }

  /** Writes a file, for its owner alone, and makes it durable. */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    await this.fill(name, (file) =>
      file.add(typeof content === 'string' ? Buffer.from(content, 'utf8') : content),
    );
  }

  /** Writes a file piece by piece. */
  async fill(name: string, fill: (file: GrowingFile) => Promise<void>): Promise<void> {
    const path = join(this.#partial, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'wx', 0o600);
    try {
      const file = new GrowingFile(handle);
      await fill(file);
      await file.flush();
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Gives it its name. */
  finish(): void {
    if (existsSync(this.#folder)) rmdirSync(this.#folder);
    renameSync(this.#partial, this.#folder);
  }

  discard(): void {
    rmSync(this.#partial, { recursive: true, force: true });
  }
}

const PIECE_BYTES = 1024 * 1024;

/** Gathers what is added, so that a million lines are not a million writes. */
class GrowingFile {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async add(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= PIECE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    if (bytes.length > 0) await this.#handle.appendFile(bytes);
  }
}
