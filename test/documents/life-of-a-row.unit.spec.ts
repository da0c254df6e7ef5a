import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(root, 'docs/life-of-a-row.md'), 'utf8');
const glossary = readFileSync(join(root, 'docs/glossary.md'), 'utf8');

/** Each path in the text, with the name that follows it, if any. */
const places = [...text.matchAll(/`((?:apps|libs)\/[^`]+\.ts)`(?:\s+`([A-Za-z]+)`)?/g)].map(
  ([, path = '', name]) => ({ path, name }),
);

describe('the life of a row', () => {
  it('visits every service and many files', () => {
    for (const service of ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'])
      expect(places.some(({ path }) => path.startsWith(`apps/${service}/`))).toBe(true);
    expect(places.length).toBeGreaterThan(30);
  });

  it.each(places)('names $path, which exports $name', ({ path, name }) => {
    expect(existsSync(join(root, path))).toBe(true);
    if (name !== undefined)
      expect(readFileSync(join(root, path), 'utf8')).toMatch(
        new RegExp(`export (default )?(async )?(class|function\\*?|const) ${name}\\b`),
      );
  });

  it('uses only words of the glossary in italics', () => {
    const words = [...text.matchAll(/(?<![\w*])_([a-z][a-z -]+)_/g)].map(([, word = '']) =>
      word.toLowerCase(),
    );
    expect(words.length).toBeGreaterThan(8);
    const singular = (word: string) => word.replace(/s$/, '');
    const defined = new Set([...glossary.matchAll(/\| \*\*([^*]+)\*\*/g)].map(([, word = '']) => word));
    expect(words.filter((word) => !defined.has(word) && !defined.has(singular(word)))).toEqual(['italics']);
  });
});

describe('the glossary', () => {
  it('is in alphabetical order and lists each word once', () => {
    const words = [...glossary.matchAll(/\| \*\*([^*]+)\*\*/g)].map(([, word = '']) => word);
    expect(words).toEqual([...new Set(words)].sort());
  });
});
