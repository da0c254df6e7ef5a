import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/reliability.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!promise |-)/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

/** The tests of a cell: each file with each name that follows it, in order. */
function testsOf(cell: string): readonly { readonly file: string; readonly name: string }[] {
  const quoted = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  let file = '';
  return quoted.flatMap((text) => {
    if (!/\.(spec|features)\.ts$/.test(text)) return [{ file, name: text }];
    file = text;
    return [];
  });
}

describe('the table of promises', () => {
  it('has many rows, each with a promise, a test, a figure and limits', () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(row).toHaveLength(6);
  });

  it.each(rows.map((row) => ({ promise: row[1] ?? '', tests: testsOf(row[2] ?? '') })))(
    'names tests that exist: $promise',
    ({ tests }) => {
      expect(tests).not.toEqual([]);
      for (const { file, name } of tests) {
        expect(existsSync(join(root, file)), file).toBe(true);
        expect(readFileSync(join(root, file), 'utf8'), `${file} has no test of this name`).toContain(name);
      }
    },
  );
});
