import { relative } from 'node:path';
import type { Plugin } from 'vite';
import { mutated, type Mutant } from './mutant.js';

/** Applies the present mutant when the tests load its file; the file on disk is unchanged. */
export class MutantPlugin {
  #present: Mutant | undefined;
  #seen = false;

  /** Sets the mutant to apply from now on, if any. */
  make(mutant: Mutant | undefined): void {
    this.#present = mutant;
    this.#seen = false;
  }

  /** Whether the tests have loaded the mutated file. */
  get reached(): boolean {
    return this.#seen;
  }

  readonly plugin: Plugin = {
    name: 'kinledger-mutant',
    enforce: 'pre',
    transform: (code, id) => {
      const present = this.#present;
      if (present === undefined || relative(process.cwd(), id.split('?')[0] ?? id) !== present.file)
        return null;
      this.#seen = true;
      return { code: mutated(code, present), map: null };
    },
  };
}
