import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { equivalents } from './equivalents.js';
import { mutantsOf, parts } from './parts.js';

describe('a part of the system whose tests are tried', () => {
  it.each(parts)('has sources and tests where its patterns look: $name', (part) => {
    for (const source of part.sources) expect(globSync(source), source).not.toEqual([]);
    for (const tests of part.tests) expect(globSync(tests), tests).not.toEqual([]);
  });
});

describe('the list of changes that alter no answer', () => {
  it('names changes that can be made to the source as it is', () => {
    const all = parts.flatMap((part) => mutantsOf(part));
    const gone = equivalents.flatMap(({ file, code, replacements }) => {
      const here = all.filter((mutant) => mutant.file === file && mutant.code === code);
      if (here.length === 0) return [`${file}: ${code}`];
      return (replacements ?? [])
        .filter((wanted) => !here.some(({ replacement }) => replacement === wanted))
        .map((wanted) => `${file}: ${code} → ${wanted}`);
    });
    expect(gone).toEqual([]);
  });
});
