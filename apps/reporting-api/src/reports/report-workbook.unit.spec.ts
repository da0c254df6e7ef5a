import { inflateRawSync } from 'node:zlib';
import { readOds } from 'hucre/ods';
import { describe, expect, it } from 'vitest';
import { reportWorkbook } from './report-workbook.js';
import type { Report, ReportTable } from './report.js';

const table = (caption: string, rows: ReportTable['rows']): ReportTable => ({
  ...{ caption, heads: ['Name', 'Count', 'Words'], rows },
  ...{
    definition: 'reach@1: Unique reach.',
    n: '12 people',
    denominator: 'None.',
    position: 41,
    disclosure: 'none',
  },
});

const report = (tables: readonly ReportTable[]): Report => ({
  ...{ title: 'Service report', of: 'Baby Steps', programme: 'LEAP', definition: 'ab'.repeat(32) },
  ...{ period: '2023-24-Q2', label: 'Q2 2023/24', position: 41, behindSince: null },
  parts: [
    {
      ...{ title: 'Q2 2023/24', about: 'A quarter.' },
      sections: [{ id: 'one', title: 'Reach', finding: 'Twelve.', tables }],
    },
  ],
});

/** The file content.xml of an OpenDocument file, by the central directory of its archive (APPNOTE, 4.3.12). */
function contentOf(bytes: Uint8Array): string {
  const zip = Buffer.from(bytes);
  const name = Buffer.from('content.xml');
  let entry = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
  while (entry >= 0 && !zip.subarray(entry + 46, entry + 46 + zip.readUInt16LE(entry + 28)).equals(name))
    entry = zip.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'), entry + 4);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const stored = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  return (zip.readUInt16LE(entry + 10) === 0 ? stored : inflateRawSync(stored)).toString('utf8');
}

describe('a report as a spreadsheet', () => {
  it('has numbers as numbers, words as words, and the standing of each table', async () => {
    const rows = [
      { name: '007', cells: [1200, '0123'], status: 'Counted' },
      { name: 'None', cells: [0, null], status: 'No files received' },
    ];
    const { sheets } = await readOds(await reportWorkbook(report([table('Reach, Q2', rows)])));
    expect(sheets.map(({ name }) => name)).toEqual(['Report', 'Reach, Q2 2023-24']);
    const cells = sheets[1]?.rows ?? [];
    expect(cells).toContainEqual(['Name', 'Count', 'Words', 'Status']);
    expect(cells).toContainEqual(['007', 1200, '0123', 'Counted']);
    const none = cells.find(([first]) => first === 'None');
    expect([none?.[1], none?.[3]]).toEqual([0, 'No files received']);
    for (const standing of [
      ['Ledger position', 41],
      ['n', '12 people'],
      ['Denominator', 'None.'],
    ])
      expect(cells.map((row) => row.slice(0, 2))).toContainEqual(standing);
  });

  it('has no formula, whatever a name begins with', async () => {
    const names = ['=1+1', '+44', '-5', '@x', '=HYPERLINK("http://example.org")'];
    const rows = names.map((name) => ({ name, cells: [1, name], status: name }));
    const bytes = await reportWorkbook(report([table('=SUM(A1)', rows)]));
    const { sheets } = await readOds(bytes);
    const cells = (sheets[1]?.rows ?? []).flat();
    for (const name of names) expect(cells.filter((cell) => cell === name)).toHaveLength(3);
    const content = contentOf(bytes);
    expect(content).toContain('office:value-type="string"');
    expect(content).not.toMatch(/table:formula|office:formula/);
  });

  it('gives every sheet a name that a spreadsheet allows, and that no other has', async () => {
    const long = 'A table: with / a [long] name that no sheet may have, and more?';
    const { sheets } = await readOds(
      await reportWorkbook(report([table(long, []), table(long, []), table('report', [])])),
    );
    const names = sheets.map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[^[\]*?:/\\]{1,31}$/);
  });
});
