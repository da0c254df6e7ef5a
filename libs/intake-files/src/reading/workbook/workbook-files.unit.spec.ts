import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFileRefused } from '../file-refused.js';
import { openFile } from '../open-file.js';

const limits = { maxColumns: 50, maxRowBytes: 10_000 };
const titles = ['Case number', 'Participant type', 'First name', 'NHS number', 'Mobile', 'Date of birth'];
titles.push('Postcode', 'Registered', 'Minutes', 'Attended', 'Share', 'Start');
const known = (cells: readonly string[]) => cells.filter((cell) => titles.includes(cell)).length;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  return undefined;
}

async function read(name: string, size = 1000) {
  const bytes = readFileSync(new URL(`../../../fixtures/files/${name}`, import.meta.url));
  const file = await openFile(inPieces(bytes, size), known, limits);
  const rows: (readonly string[])[] = [];
  for await (const batch of file.batches) rows.push(...batch);
  const { format, header, headerRow, sheet, delimiter } = file;
  return { format, header, headerRow, sheet, delimiter, rows, remarks: file.remarks() };
}

const people = [
  ['PT-001', 'Child', 'Zoë', '9990000018', '', '2020-02-29', 'SW9 1AA', '2023-07-03', '45', 'TRUE'],
  [
    'PT-002',
    'Adult',
    'Amara',
    '9990000026',
    '07700900123',
    '1990-11-05',
    'SW2 1AB',
    '2023-07-03',
    '45',
    'TRUE',
  ],
  ['PT-003', 'Child', 'José', '9990000034', '', '2021-12-13', 'SE27 0AA', '2023-08-14', '30', 'FALSE'],
  [
    'PT-004',
    'Adult',
    'Łucja',
    '9990000042',
    '07700900456',
    '1987-06-30',
    'SW4 7DL',
    '2023-08-14',
    '30',
    'TRUE',
  ],
  ['PT-005', 'Child', 'Ann-Marie', '', '', '2022-01-04', 'SW16 2UN', '2023-09-25', '0', 'FALSE'],
  [
    ...['PT-006', 'Adult', "Siân\nO'Neill", '9990000069', '07700900789', '1994-03-17', 'SW8 2JU'],
    ...['2023-09-25', '90', 'TRUE'],
  ],
];

describe('a workbook as a spreadsheet program wrote it', () => {
  it.each(['people.xlsx', 'people.ods', 'people-1904.xlsx', 'people-1904.ods'])(
    'gives the rows that the program shows: %s',
    async (name) => {
      const file = await read(name);
      expect(file).toMatchObject({ headerRow: 1, delimiter: null, sheet: { place: 1, name: 'People' } });
      expect(file.header).toEqual(titles.slice(0, 10));
      expect(file.rows).toEqual(people);
      expect(file.remarks).toEqual({ mergedCells: 0, hiddenRows: 0, footerRows: 0, footerFrom: null });
    },
  );

  it.each(['cells.xlsx', 'cells.ods'])(
    'gives dates, times, percentages, padded and shortened numbers as the program shows them: %s',
    async (name) => {
      const { rows, sheet, headerRow } = await read(name);
      // The first sheet has no titles, the second has them and is hidden.
      expect({ sheet, headerRow }).toEqual({ sheet: { place: 3, name: 'Data' }, headerRow: 3 });
      const [first = [], second = [], ...rest] = rows;
      expect(first.slice(3)).toEqual(['07700900123', '9990000018', '12.5', '45%', '13:45', 'TRUE', 'Zoë']);
      expect(first.slice(0, 2)).toEqual(['C-1', '2020-02-29']);
      expect(first[2]).toMatch(/^2023-07-03 10:30(?::00)?$/);
      expect(second.slice(2)).toEqual([
        ...['1931-01-05', '7700900456', '9990000026', '45', '100%', '09:05', 'FALSE', '  two  spaces '],
      ]);
      expect(['2020-02', 'Feb 2020']).toContain(second[1]);
      expect(rest).toEqual([[''], [''], [''], ['C-3', '29/02/2020', '', "'07700900789", '#N/A', '0.3']]);
    },
  );

  it('gives the rows of a workbook with Excel’s formats, its hidden sheet, a filter and rich text', async () => {
    const { sheet, headerRow, rows, remarks } = await read('excel-like.xlsx');
    expect({ sheet, headerRow }).toEqual({ sheet: { place: 3, name: 'Return' }, headerRow: 3 });
    expect(rows).toEqual([
      [
        ...['E-1', '2020-02-29', '2023-07-03 10:30', '07700900123', '9990000018', '45', '45%', '13:45'],
        ...['TRUE', 'Zoë'],
      ],
      [
        ...['E-2', '1990-11-05', '2023-08', '07700 900456', '9990000026', '12.5', '100%', '09:05'],
        ...['FALSE', 'Amara'],
      ],
      ['E-3', '', '', '', '', '45', '', '', '', 'Zoë'],
      ['E-4'],
    ]);
    expect(remarks).toEqual({ mergedCells: 0, hiddenRows: 1, footerRows: 0, footerFrom: null });
  });

  it('gives the rows of a table that Power Query loaded', async () => {
    const { rows } = await read('power-query.xlsx');
    expect(rows).toEqual([
      ['Q-1', '2020-02-29', '2023-07-03', '07700900123', '9990000018', '45', '0.45', '', 'TRUE', 'Zoë'],
      ['Q-2', '1990-11-05', '2023-08-14', '', '', '12.5', '1', '', 'FALSE', 'Amara'],
    ]);
  });

  it.each(['merged-and-hidden.xlsx', 'merged-and-hidden.ods'])(
    'tells of merged cells below the titles and of rows that are not shown: %s',
    async (name) => {
      const { rows, remarks, headerRow } = await read(name);
      expect({ headerRow, remarks }).toEqual({
        headerRow: 2,
        remarks: { mergedCells: 1, hiddenRows: 1, footerRows: 0, footerFrom: null },
      });
      expect(rows.slice(1)).toEqual([['PT-002', 'Adult'], ['PT-003'], ['PT-004', 'Child']]);
    },
  );

  it('reads the same however the file is cut into chunks', async () => {
    for (const size of [1, 3, 100_000]) expect((await read('people.xlsx', size)).rows).toEqual(people);
  });

  it.each([
    ['two-sheets.xlsx', 'several-sheets', 'Sheets 1 and 2 of the workbook'],
    ['two-sheets.ods', 'several-sheets', 'Sheets 1 and 2 of the workbook'],
    ['formula-without-value.xlsx', 'formula-without-value', 'Row 3 has a formula'],
    ['password.xlsx', 'password-protected', 'Remove the password'],
    ['people.xls', 'excel-file', 'an old Excel workbook (.xls)'],
  ])('is refused: %s, as %s', async (name, reason, sentence) => {
    try {
      await read(name);
      expect.unreachable();
    } catch (error) {
      if (!isFileRefused(error)) throw error;
      expect(error.reason).toBe(reason);
      expect(error.detail).toContain(sentence);
    }
  });
});
