import { globSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { changesOf } from './code-changes.js';
import type { Mutant } from './mutant.js';

/** A part of the product whose results users rely on, with the tests that have to kill its mutants. */
export interface Part {
  readonly name: string;
  readonly sources: readonly string[];
  /** Patterns of test files, in stages, the nearest and fastest first; a mutant killed in one stage skips the rest. */
  readonly tests: readonly string[];
  /** Whether the tests need the run's PostgreSQL. */
  readonly database: boolean;
}

export const parts: readonly Part[] = [
  {
    name: 'linkage',
    sources: ['libs/domain/src/linkage/*.ts', 'libs/domain/src/linkage/leap-1/*.ts'],
    tests: [
      // Examples, then laws, then long files, then the linker's decision loop. Tests of the shapes of histories are
      // left out, because they test no result of linkage.
      'libs/domain/src/linkage/leap-1/*.unit.spec.ts',
      'libs/domain/src/linkage/!(*engine|*law|*size|shapes|archive|*-table*|typed-column).unit.spec.ts',
      'libs/domain/src/linkage/{linkage-engine,decision*law,ids-law,archive,*-table*,typed-column}.unit.spec.ts',
      'libs/domain/src/linkage/!(shapes).unit.spec.ts',
      'apps/linker/src/decision/decision-loop.unit.spec.ts',
    ],
    database: false,
  },
  {
    name: 'standing',
    sources: ['libs/domain/src/submissions/*.ts'],
    tests: [
      'libs/domain/src/submissions/**/*.unit.spec.ts',
      'libs/domain/src/linkage/linkage-engine.unit.spec.ts',
    ],
    database: false,
  },
  {
    name: 'survivorship',
    sources: ['libs/read-models/src/records/*.ts'],
    tests: [
      'libs/read-models/src/records/*.unit.spec.ts',
      'apps/projector/src/projection/worked-example.int.spec.ts',
      'apps/projector/src/projection/!(*law).int.spec.ts',
      'apps/projector/src/projection/**/*.int.spec.ts',
    ],
    database: true,
  },
  {
    name: 'reach',
    sources: ['libs/figures/src/{reach,files-behind,directories}/*.ts'],
    tests: [
      'libs/figures/src/{reach,directories}/{reach-worked-example,received-files}.int.spec.ts',
      'libs/figures/src/**/*.spec.ts',
      'apps/projector/src/projection/*law*.int.spec.ts',
    ],
    database: true,
  },
  {
    name: 'access',
    sources: ['libs/service-kit/src/access/*.ts'],
    tests: [
      'libs/service-kit/src/access/**/*.spec.ts',
      'libs/service-kit/src/service/create-service.int.spec.ts',
    ],
    database: false,
  },
];

const filesOf = (patterns: readonly string[]): string[] => [...globSync([...patterns])].toSorted();

const isSource = (file: string): boolean =>
  !/(\.spec|\.testing|\.features|\.fixture|\.d)\.ts$/.test(file) && !file.endsWith('/index.ts');

/** Every mutant of a part. */
export const mutantsOf = (part: Part): readonly Mutant[] =>
  filesOf(part.sources)
    .filter(isSource)
    .flatMap((file) => changesOf(file, readFileSync(file, 'utf8')));

/** The test files of a part by stage, each file once. */
export function testsOf(part: Part): readonly (readonly string[])[] {
  const asked = new Set<string>();
  return part.tests
    .map((pattern) => filesOf([pattern]).filter((file) => !asked.has(file) && asked.add(file)))
    .filter((stage) => stage.length > 0);
}

/**
 * A sample of mutants determined by the seed: the same for the same source, and mostly the same after a small change to
 * it.
 */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: string): readonly Mutant[] {
  const rank = ({ file, code, original, replacement }: Mutant) =>
    createHash('sha256').update([seed, file, code, original, replacement].join('\0')).digest('hex');
  return mutants
    .map((mutant, index) => ({ mutant, index, rank: rank(mutant) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.index - b.index))
    .slice(0, size)
    .toSorted((a, b) => a.index - b.index)
    .map(({ mutant }) => mutant);
}
