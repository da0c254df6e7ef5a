import { relative } from 'node:path';
import type { Plugin } from 'vite';
import { mutated, type Mutant } from './mutant.js';

/** Makes the present mutant's change on the way to the tests; the file on disk stays as it is. */
export class MutantPlugin {
  #present: Mutant | undefined;
  #seen = false;

  /** The change to make from now on, if any. */
  make(mutant: Mutant | undefined): void {
    this.#present = mutant;
    this.#seen = false;
  }

  /** Whether the tests have read the changed file. */
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
