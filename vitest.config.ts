import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** Tests run from source: workspace packages resolve through the condition that tsc uses too. */
const resolve = { conditions: ['@kinledger/source', 'node'] };
const ssr = { resolve: { conditions: ['@kinledger/source', 'node'] } };
/** Run together, projects go one after the other: each has its own number of workers. */
const order = ['unit', 'int', 'e2e'];
const project = (name: string, include: string[], rest: object = {}) => ({
  resolve,
  ssr,
  test: {
    ...{ name, include, exclude: ['**/node_modules/**', '**/dist/**'] },
    sequence: { groupOrder: order.indexOf(name) },
    ...rest,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Properties take seconds on a busy machine; what hangs fails all the same.
      project('unit', ['{libs,apps,tools}/**/*.unit.spec.ts', 'test/**/*.unit.spec.ts'], {
        testTimeout: 120_000,
        // Pure code, which waits for nothing: files may share what they import, and more workers would only import it once more.
        isolate: false,
        maxWorkers: Math.max(2, availableParallelism()),
      }),
      project('int', ['{libs,apps}/**/*.int.spec.ts', 'test/**/*.int.spec.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        globalSetup: ['test/support/embedded-postgres.ts', 'test/support/kafka-broker.ts'],
        // They wait a good deal, for time-outs and for one another.
        maxWorkers: 4,
        isolate: false,
      }),
      project('e2e', ['test/**/*.e2e.spec.ts'], {
        testTimeout: 300_000,
        hookTimeout: 300_000,
        // Each starts a platform of its own, on free ports, and waits for it half of the time.
        maxWorkers: 4,
        isolate: false,
      }),
    ],
  },
});
