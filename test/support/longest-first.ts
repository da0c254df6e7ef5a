import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that take longest, longest first, as `npm test` shows them. */
export const longest: readonly string[] = [
  'test/deploy/day-two.e2e.spec.ts',
  'test/conformance/conformance.e2e.spec.ts',
  'test/chaos/chaos.e2e.spec.ts',
  'test/chaos/chaos-on-kafka.e2e.spec.ts',
  'test/chaos/chaos-on-kurrentdb.e2e.spec.ts',
  'test/e2e/brokers.e2e.spec.ts',
  'test/e2e/promises.e2e.spec.ts',
  'test/e2e/kafka.e2e.spec.ts',
  'test/standards/api-documents.e2e.spec.ts',
  'apps/linker/src/decision/decision-loop.int.spec.ts',
  'apps/projector/src/projection/read-models-law.int.spec.ts',
  'apps/linker/src/decision/decision-loop.unit.spec.ts',
  'libs/domain/src/linkage/linkage-engine.unit.spec.ts',
  'libs/domain/src/linkage/split-undoes-merge-law.unit.spec.ts',
  'libs/domain/src/linkage/constraints-law.unit.spec.ts',
  'libs/domain/src/linkage/adoption-law.unit.spec.ts',
];

/**
 * Begins the longest files first, so that none of them runs alone at the end while a processor idles. Vitest by itself goes by
 * the durations of an earlier run, and in a fresh checkout by the sizes of the files, which say little: the longest are short.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
