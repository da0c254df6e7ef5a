import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Cells of the lines of a document that are rows of tables, without their first and last border. */
const rowsOf = (path: string): readonly (readonly string[])[] =>
  read(path)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const page = rowsOf('docs/guides/operations/sizes.md');
const performance = rowsOf('docs/performance.md');
const numberIn = (cell = ''): number => Number(/[\d,.]+/.exec(cell)?.[0].replaceAll(',', ''));

/** A figure of the largest run of the first table. */
const measured = (name: RegExp): number => {
  const cells = performance.find(([title = '']) => name.test(title));
  return numberIn(cells?.at(-1));
};
const peak = (service: string): number => {
  const from = performance.findIndex(([title = '']) => title.includes('peak memory'));
  const cells = performance.slice(from).find(([title = '']) => title.startsWith(service));
  return numberIn(cells?.at(-1));
};

interface Resources {
  readonly requests: { readonly memory: string };
  readonly limits: { readonly memory: string };
}
const values = parse(read('deploy/k8s/kinledger/values.yaml')) as {
  readonly services: Readonly<Record<string, { readonly resources: Resources }>>;
  readonly postgresql: { readonly platform: { readonly resources: Resources } };
};
const mebibytes = (memory: string): number => Number.parseInt(memory) * (memory.endsWith('Gi') ? 1024 : 1);

describe('the page of sizes', () => {
  it.each(Object.keys(values.services))(
    'has the chart’s resources and the measured figures of %s',
    (service) => {
      const { requests, limits } = values.services[service]!.resources;
      const [, memory, request, limit, microseconds] = page.find(([name]) => name === service) ?? [];
      expect([request, limit]).toEqual([requests.memory, limits.memory]);
      expect(numberIn(memory)).toBe(peak(service));
      expect(numberIn(microseconds)).toBe(measured(new RegExp(`^${service}(?!’s)`)));
      expect(mebibytes(requests.memory)).toBeGreaterThan(peak(service));
    },
  );

  it('has the chart’s resources of PostgreSQL', () => {
    const { requests, limits } = values.postgresql.platform.resources;
    const [, , request, limit, microseconds] = page.find(([name]) => name === 'PostgreSQL') ?? [];
    expect([request, limit]).toEqual([requests.memory, limits.memory]);
    expect(numberIn(microseconds)).toBe(measured(/^PostgreSQL/));
  });

  const perRow = measured(/processor time a row/);
  const onDisk = measured(/^ledger and bodies/) + measured(/^read models on disk/);
  const log = measured(/^write-ahead log/);

  it.each([10_000, 100_000, 1_000_000, 10_000_000])('calculates rightly what %i rows a day take', (rows) => {
    const line = page.find(([title]) => title === rows.toLocaleString('en-GB')) ?? [];
    const [, processors, , memory = '', disk = '', writeAhead = ''] = line;
    expect(processors).toBe(((rows * perRow) / 1e6 / 3600).toFixed(3));
    const records = rows * 250;
    expect(memory).toBe(
      records > 2_000_000_000
        ? 'too many today'
        : `${((640 + (records / 1e6 - 1) * 256) / 1024).toFixed(1)} Gi`,
    );
    const near = (cell: string, bytes: number) =>
      expect(numberIn(cell) * (cell.endsWith('GB') ? 1e9 : 1e6)).toBeCloseTo(
        bytes,
        -Math.floor(Math.log10(bytes)) + 1,
      );
    near(disk, records * onDisk);
    near(writeAhead, rows * log);
  });

  it('quotes the figures that it calculates with', () => {
    const text = read('docs/guides/operations/sizes.md').replaceAll(/\s+/g, ' ');
    const rate =
      performance.find(([title = '']) => title.startsWith('end to end, rows a second'))?.at(-1) ?? '';
    for (const figure of [
      `${perRow} µs a row over all`,
      `${rate} rows a second`,
      `${log.toLocaleString('en-GB')} bytes a row`,
    ])
      expect(text).toContain(figure);
  });
});
