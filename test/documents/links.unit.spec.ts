import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const documents = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].sort();

/** The text without what is shown literally. */
const prose = (path: string) =>
  readFileSync(path, 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (shown) => shown.replaceAll(/[\][()]/g, ''));

/** Anchors of headings, as GitHub makes them. */
const anchorsOf = (path: string) =>
  new Set(
    [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

describe.each(documents)('%s', (document) => {
  const path = join(root, document);
  const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const own = links.filter((target) => !/^(https?|mailto):/.test(target));

  it('holds no marker of a merge conflict', () => {
    // As Git writes them, and as Prettier rewrites them.
    expect(readFileSync(path, 'utf8')).not.toMatch(/^\s*(?:<{7}|\\?={7}$|(?:> ?){7})/m);
  });

  it('links to files and headings that exist', () => {
    for (const target of own) {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      expect(existsSync(to), `${document}: ${target}`).toBe(true);
      if (anchor === undefined || !to.endsWith('.md')) continue;
      expect([...anchorsOf(to)], `${document}: ${target}`).toContain(anchor);
    }
  });
});

it.each(documents.filter((document) => document.startsWith('docs/guides/operations/')))(
  '%s names tests that exist',
  (document) => {
    for (const [, test = ''] of readFileSync(join(root, document), 'utf8').matchAll(/`(\S+\.spec\.ts)`/g))
      expect(existsSync(join(root, test)), test).toBe(true);
  },
);

it('every page for operations can be reached from its index', () => {
  const folder = join(root, 'docs/guides/operations');
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    if (statSync(path).isDirectory()) {
      for (const page of globSync('*.md', { cwd: path })) follow(join(path, page));
      return;
    }
    for (const [, target = ''] of prose(path).matchAll(/\]\(([^)#\s]+\.md|runbooks\/)[^)]*\)/g)) {
      const to = join(dirname(path), target);
      if (to.startsWith(folder) && existsSync(to)) follow(to);
    }
  };
  follow(join(folder, 'README.md'));
  const missing = globSync('**/*.md', { cwd: folder }).filter((page) => !reached.has(join(folder, page)));
  expect(missing.map((page) => relative(root, join(folder, page)))).toEqual([]);
});
