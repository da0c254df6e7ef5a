import { resolve } from 'node:path';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import type { Mutant } from './mutant.js';
import { MutantPlugin } from './mutant-plugin.js';
import type { Part } from './parts.js';

export type Verdict = 'killed' | 'survived' | 'not reached';

/** Runs the tests of a part on one mutant after the other, in a test runner that stays. */
export class Trials {
  private constructor(
    private readonly vitest: Vitest,
    private readonly stages: readonly TestSpecification[][],
    private readonly mutants: MutantPlugin,
  ) {}

  static async open(part: Part, tests: readonly (readonly string[])[]): Promise<Trials> {
    const mutants = new MutantPlugin();
    const conditions = ['@kinledger/source', 'node'];
    const vitest = await createVitest(
      'test',
      {
        config: false,
        watch: false,
        bail: 1,
        reporters: [{ onInit: () => undefined }],
        include: tests.flat(),
        pool: 'forks',
        maxWorkers: 1,
        isolate: false,
        testTimeout: 60_000,
        hookTimeout: 60_000,
        setupFiles: [resolve('test/mutants/end-on-failure.ts')],
        globalSetup: part.database ? [resolve('test/support/embedded-postgres.ts')] : [],
        silent: true,
      },
      { plugins: [mutants.plugin], resolve: { conditions }, ssr: { resolve: { conditions } } },
    );
    const specifications = await vitest.globTestSpecifications();
    const stages = tests.map((stage) => {
      const files = new Set(stage.map((file) => resolve(file)));
      return specifications.filter(({ moduleId }) => files.has(moduleId));
    });
    return new Trials(vitest, stages, mutants);
  }

  /** @throws Error if the tests fail on the source as it stands. */
  async withoutMutant(): Promise<void> {
    if (await this.fail()) throw new Error('the tests fail on the source as it stands: mend that first');
  }

  async of(mutant: Mutant): Promise<Verdict> {
    this.mutants.make(mutant);
    const file = resolve(mutant.file);
    this.vitest.invalidateFile(file);
    try {
      if (await this.fail()) return 'killed';
      return this.mutants.reached ? 'survived' : 'not reached';
    } finally {
      this.mutants.make(undefined);
      this.vitest.invalidateFile(file);
    }
  }

  async close(): Promise<void> {
    await this.vitest.close();
  }

  /** Asks one stage of tests after the other, until one fails. */
  private async fail(): Promise<boolean> {
    for (const stage of this.stages) {
      await this.vitest.runTestSpecifications(stage, true);
      const { state } = this.vitest;
      if (state.getCountOfFailedTests() > 0 || state.getUnhandledErrors().length > 0) return true;
      // A file that fails outside its tests, such as one that cannot be read, fails none of them.
      if (state.getFiles().some(({ result }) => result?.state === 'fail')) return true;
    }
    return false;
  }
}
