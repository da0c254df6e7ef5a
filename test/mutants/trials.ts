import { resolve } from 'node:path';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import type { Mutant } from './mutant.js';
import { MutantPlugin } from './mutant-plugin.js';

export type Verdict = 'killed' | 'survived' | 'not reached' | 'endless';

export interface Outcome {
  readonly verdict: Verdict;
  /** The test that failed. */
  readonly by?: string;
}

/**
 * A stage that takes this many times as long as without a mutant, and at least this long, counts as an endless loop.
 */
const PATIENCE = { times: 6, milliseconds: 30_000 };

/** Runs the tests of a part on one mutant after another, in one test runner. */
export class Trials {
  readonly #vitest: Vitest;
  readonly #stages: readonly TestSpecification[][];
  readonly #mutants: MutantPlugin;
  /** Milliseconds that each stage takes without a mutant. */
  #took: readonly number[];

  private constructor(
    vitest: Vitest,
    stages: readonly TestSpecification[][],
    mutants: MutantPlugin,
    took: readonly number[],
  ) {
    this.#vitest = vitest;
    this.#stages = stages;
    this.#mutants = mutants;
    this.#took = took;
  }

  /** @param took the result of `withoutMutant` in another process, if known. */
  static async open(
    tests: readonly (readonly string[])[],
    took: readonly number[],
    postgresUrl: string,
  ): Promise<Trials> {
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
        provide: { postgresUrl },
        silent: true,
      },
      { plugins: [mutants.plugin], resolve: { conditions }, ssr: { resolve: { conditions } } },
    );
    const specifications = await vitest.globTestSpecifications();
    const stages = tests.map((stage) => {
      const files = new Set(stage.map((file) => resolve(file)));
      return specifications.filter(({ moduleId }) => files.has(moduleId));
    });
    return new Trials(vitest, stages, mutants, took);
  }

  /**
   * @returns milliseconds of each stage.
   * @throws Error if the tests fail on the unchanged source.
   */
  async withoutMutant(): Promise<readonly number[]> {
    const took: number[] = [];
    for (const stage of this.#stages) {
      const start = performance.now();
      const failed = await this.#failed(stage);
      if (failed !== undefined) throw new Error(`the tests fail on the source as it stands: ${failed}`);
      took.push(performance.now() - start);
    }
    this.#took = took;
    return took;
  }

  async of(mutant: Mutant): Promise<Outcome> {
    this.#mutants.make(mutant);
    const file = resolve(mutant.file);
    this.#vitest.invalidateFile(file);
    try {
      for (const [number, stage] of this.#stages.entries()) {
        const patience = Math.max(PATIENCE.milliseconds, PATIENCE.times * (this.#took[number] ?? 0));
        const failed = await Promise.race([this.#failed(stage), after(patience)]);
        if (failed === LATE) return { verdict: 'endless' };
        if (failed !== undefined) return { verdict: 'killed', by: failed };
      }
      return { verdict: this.#mutants.reached ? 'survived' : 'not reached' };
    } finally {
      this.#mutants.make(undefined);
      this.#vitest.invalidateFile(file);
    }
  }

  async close(): Promise<void> {
    await this.#vitest.close();
  }

  /** The test that failed in a stage, or undefined. */
  async #failed(stage: TestSpecification[]): Promise<string | undefined> {
    await this.#vitest.runTestSpecifications(stage, true);
    const { state } = this.#vitest;
    const [error] = state.getUnhandledErrors();
    if (error !== undefined)
      return `outside every test: ${error instanceof Error ? error.message : 'something fails'}`;
    // Files of other stages still hold results of the previous mutant.
    const asked = new Set(stage.map(({ moduleId }) => moduleId));
    const modules = state.getTestModules().filter(({ moduleId }) => asked.has(moduleId));
    for (const module of modules) for (const test of module.children.allTests('failed')) return test.fullName;
    // A file that fails outside its tests, for example on loading, has no failed test.
    const module = modules.find((one) => one.state() === 'failed');
    return module === undefined
      ? undefined
      : `${module.relativeModuleId}: ${module.errors()[0]?.message ?? 'it fails'}`;
  }
}

const LATE = Symbol('late');

const after = (milliseconds: number): Promise<typeof LATE> =>
  new Promise((resolve) => setTimeout(() => resolve(LATE), milliseconds).unref());
