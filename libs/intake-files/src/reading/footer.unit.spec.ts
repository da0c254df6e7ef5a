import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WithoutFooter, type FooterSigns } from './footer.js';
import { openFile } from './open-file.js';

async function* inBatches(records: readonly (readonly string[])[], size: number) {
  for (let at = 0; at < records.length; at += size) yield records.slice(at, at + size);
}

/** The rows that are left, and the number of footer rows. */
async function without(records: readonly (readonly string[])[], size = 2, signs?: FooterSigns) {
  const footer = new WithoutFooter();
  const rows: (readonly string[])[] = [];
  for await (const batch of footer.batches(inBatches(records, size), header, signs)) rows.push(...batch);
  return { rows, footer: footer.rows };
}
const header = ['Case', 'One', 'Two', 'Three', 'Four', 'Five'];
const data = [
  ['A', '1', '2', '3', '4', '5'],
  ['B', '1', '2', '3', '4', '5'],
];

describe('the footer of an export', () => {
  it.each([
    ['Total', '', '', '', '45'],
    ['TOTAL:', '45'],
    ['Grand Total', '', '45'],
    ['', 'Sub-total', '12'],
    ['*** End of report ***'],
    ['End of file'],
    ['-- 6 records --'],
    ['1,204 rows exported'],
    ['Number of records: 6'],
    ['Record count', '6'],
    ['Page 1 of 3'],
    ['Report generated on 02/10/2023 09:14 by System'],
    ['Run on', '02/10/2023'],
    ['OFFICIAL - SENSITIVE'],
  ])('is not read: %s', async (...row) => {
    for (const size of [1, 2, 10])
      expect(await without([...data, [''], row, ['']], size)).toEqual({
        rows: [...data, ['']],
        footer: 1,
      });
  });

  it.each([
    [['Totalis', '1', '2']],
    [['Total', '1', '2', '3', '4', '5']],
    [['C', 'end of report', '']],
    [['Recorded', '']],
    [['6', '', '']],
    [['Childs', 'Page', '']],
  ])('is none: %s', async (row) => {
    expect(await without([...data, row])).toEqual({ rows: [...data, row], footer: 0 });
  });

  it('is told by empty key columns, whatever it says and in whatever language', async () => {
    const signs = { keyColumnsOf: () => [0, 1], words: [] };
    for (const row of [
      ['', '', 'Summe', '45'],
      ['', '', '45'],
      ['', '', '', 'Erstellt am 02.10.2023'],
    ]) {
      expect(await without([...data, row], 2, signs)).toEqual({ rows: data, footer: 1 });
      expect((await without([...data, row])).footer).toBe(0);
      expect((await without([...data, row, ...data], 2, signs)).footer).toBe(0);
    }
    const incomplete = ['', '1', '2'];
    expect((await without([...data, incomplete], 2, signs)).footer).toBe(0);
    const full = ['', '', '2', '3', '4', '5'];
    expect((await without([...data, full], 2, signs)).footer).toBe(0);
  });

  it('is told by the words that its dataset lists', async () => {
    const signs = { keyColumnsOf: () => [0], words: ['Summe', 'Anzahl (alle)'] };
    for (const row of [
      ['Summe', '45'],
      ['SUMME: 45', ''],
      ['Anzahl (alle)', '6'],
    ])
      expect(await without([...data, row], 2, signs)).toEqual({ rows: data, footer: 1 });
    expect((await without([...data, ['Summers', '45']], 2, signs)).footer).toBe(0);
  });

  it('says where it begins', async () => {
    const footer = new WithoutFooter();
    const records = [...data, ['Total', '1'], ...data, [''], ['Total', '45'], ['End of report']];
    for await (const batch of footer.batches(inBatches(records, 2), header)) expect(batch).toBeDefined();
    expect([footer.first, footer.rows]).toEqual([7, 2]);
  });

  it('is none in the middle of the rows', async () => {
    const records = [...data, ['Total', '45'], [''], ...data];
    for (const size of [1, 3, 10]) expect(await without(records, size)).toEqual({ rows: records, footer: 0 });
  });

  it('has at most fifty rows', async () => {
    const totals = Array.from({ length: 60 }, () => ['Total', '1']);
    expect((await without([...data, ...totals])).footer).toBeLessThan(50);
  });

  it('is not read in a case system’s export with a title block', async () => {
    const bytes = readFileSync(new URL('../../fixtures/files/case-system.csv', import.meta.url));
    async function* source(): AsyncGenerator<Uint8Array, undefined> {
      yield bytes;
      return undefined;
    }
    const known = (cells: readonly string[]) =>
      cells.filter((cell) => /^(?:Case number|Mobile)$/.test(cell)).length;
    const file = await openFile(source(), known, { maxColumns: 50, maxRowBytes: 10_000 });
    const rows: (readonly string[])[] = [];
    for await (const batch of file.batches) rows.push(...batch);
    expect(file.headerRow).toBe(5);
    expect(rows.filter((cells) => cells.some((cell) => cell !== '')).map(([id]) => id)).toEqual([
      ...['PT-001', 'PT-002', 'PT-003', 'PT-004', 'PT-005', 'PT-006'],
    ]);
    expect(file.remarks()).toMatchObject({ footerRows: 3 });
  });
});
