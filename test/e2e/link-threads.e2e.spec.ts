import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeHouseholds } from '../benchmarks/linkage/households.ts';

const linking = pathToFileURL(
  join(import.meta.dirname, '../../libs/file-linkage/dist/linking/link-files.js'),
).href;
const command = join(import.meta.dirname, '../../apps/cli/dist/main.js');

describe('kinledger link with several threads', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-threads-'));
    writeHouseholds(folder, { records: 4_000, seed: 3 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const link = (
    threads: number,
    files: readonly string[] = ['--left', at('left.csv'), '--right', at('right.csv')],
  ) => {
    const outputs = ['--out', at('links.csv'), '--pairs', at('pairs.csv'), '--save-model', at('model.json')];
    const options = [...files, ...outputs, '--threads', String(threads), '--json'];
    return spawnSync(process.execPath, [command, 'link', ...options], { encoding: 'utf8' });
  };
  const results = (threads: number) => {
    const { status, stderr } = link(threads);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return ['links.csv', 'pairs.csv', 'model.json'].map((name) => readFileSync(at(name), 'utf8'));
  };

  it('gives the same links, pairs and model, byte for byte', () => {
    const alone = results(1);
    expect(alone[1]?.split('\n').length).toBeGreaterThan(500);
    expect(results(2)).toEqual(alone);
    expect(results(3)).toEqual(alone);
  });

  it('finds ids with quotation marks in files that stand in the memory of one thread', () => {
    const program = `
      import { linkCsv } from ${JSON.stringify(linking)};
      const rows = Array.from({ length: 60_000 }, (_, row) =>
        \`"p\${row}""\${row}",Name\${row},Surname\${row % 977},\${1950 + (row % 60)}-03-04\`);
      const bytes = new TextEncoder().encode(['id,first,last,born', ...rows].join('\\n'));
      const { idOf } = await linkCsv([{ path: 'people.csv', bytes }], {
        leftUnique: false, rightUnique: false, threads: 2, progress: () => undefined,
        schema: { id: 'id', columns: { first: 'given-name', last: 'surname', born: 'birth-date' } },
      });
      const wrong = rows.filter((_, row) => idOf(row) !== \`p\${row}"\${row}\`).length;
      console.log(bytes.length > 2_000_000, idOf(7), wrong);`;
    writeFileSync(at('program.mjs'), program);
    const { stdout, stderr } = spawnSync(process.execPath, [at('program.mjs')], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['true p7"7 0\n', '']);
  });

  it('names the line of a file that is broken in a part that another thread reads', () => {
    const [header = '', ...rows] = readFileSync(at('left.csv'), 'utf8')
      .replaceAll('"', '')
      .trimEnd()
      .split('\n');
    const line = rows.length - 5;
    rows[line - 2] = 'too,few';
    writeFileSync(at('broken.csv'), [header, ...rows].join('\n'));
    const { status, stderr } = link(3, ['--left', at('broken.csv')]);
    expect(status).toBe(1);
    expect(stderr).toContain(`broken.csv, line ${line}: the row has 2 cells, and the header 11`);
  });
});
