import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definitionUnder, type ChosenStrategy } from './change-strategy.js';
import { DEFINITION_FILE } from './service-files.js';

/** A folder that keeps a programme's definition. A crash at any instant leaves the one that it kept, or the next one. */
export class KeptDefinition {
  /** Holds what is prepared, until it is put in place. */
  readonly prepared: string;
  readonly #replaced: string;

  constructor(readonly folder: string) {
    this.prepared = `${folder}.prepared`;
    this.#replaced = `${folder}.replaced`;
  }

  /** Puts in order what a crash left. Call it before anything reads the folder. */
  async settle(): Promise<void> {
    if (!existsSync(this.folder) && existsSync(this.#replaced)) await rename(this.#replaced, this.folder);
    await rm(this.#replaced, { recursive: true, force: true });
    await rm(this.prepared, { recursive: true, force: true });
  }

  /**
   * Copies a definition, which may be the kept one.
   * @param strategy by which the copy links; if it is left out, the copy is as the definition is.
   * @throws Error if there is no definition.
   */
  async prepare(from: string, strategy?: ChosenStrategy): Promise<void> {
    const text = await readFile(join(from, DEFINITION_FILE), 'utf8');
    await rm(this.prepared, { recursive: true, force: true });
    await mkdir(this.prepared, { recursive: true });
    await cp(from, this.prepared, { recursive: true, dereference: true });
    if (strategy !== undefined)
      await writeFile(join(this.prepared, DEFINITION_FILE), definitionUnder(strategy, text));
  }

  /** Keeps what is prepared. */
  async replace(): Promise<void> {
    if (existsSync(this.folder)) await rename(this.folder, this.#replaced);
    await rename(this.prepared, this.folder);
    await rm(this.#replaced, { recursive: true, force: true });
  }
}
