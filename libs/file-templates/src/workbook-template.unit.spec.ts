import { datasetSchema } from '@kinledger/programme/definition';
import type { Dataset } from '@kinledger/programme';
import { readXlsx } from 'hucre/xlsx';
import { describe, expect, it } from 'vitest';
import { guideTo } from './dataset-guide.js';
import { workbookTemplate } from './workbook-template.js';

const areas = Array.from({ length: 60 }, (_, area) => `area-${area}, with a comma`);
const dataset = {
  id: 'toy-library.user',
  dataType: 'user',
  extractKind: 'delta',
  pseudonymisedAtSource: false,
  schemaHash: '0'.repeat(64),
  serviceDefinition: { name: 'Toy Library' },
  schema: datasetSchema.parse({
    fields: [
      { name: 'nhs_number', title: 'NHS number', type: 'string', 'x-kinledger': { format: 'nhs-number' } },
      { name: 'born', title: 'Date of birth', type: 'date', description: 'From the red book.' },
      {
        name: 'sex',
        title: 'Sex',
        type: 'string',
        constraints: { required: true, enum: ['F', 'M'] },
        'x-kinledger': { aliases: ['Gender'], valueMap: { Female: 'F', Girl: 'F', Male: 'M' } },
      },
      { name: 'area', title: 'Area', type: 'string', constraints: { enum: areas } },
      { name: 'consent', title: 'Consent', type: 'boolean', 'x-kinledger': { consent: true } },
    ],
  }),
} as Partial<Dataset> as Dataset; // only as much as a template is made from

describe('a workbook to fill in', async () => {
  const { sheets } = await readXlsx(await workbookTemplate(dataset), { readStyles: true });
  const [rows, guide, lists] = sheets;
  const noteAt = (column: number) => rows?.cells?.get(`0,${column}`)?.comment?.text ?? '';

  it('has the titles of the dataset, and nothing else, on its first sheet', () => {
    expect(sheets.map(({ name }) => name)).toEqual(['Rows', 'Guide', 'Lists']);
    const [titles, ...others] = rows?.rows ?? [];
    expect(titles).toEqual(['NHS number', 'Date of birth', 'Sex', 'Area', 'Consent']);
    expect(others.flat().filter((value) => value !== null)).toEqual([]);
  });

  it('has formats that keep leading zeros, and days as they are written', () => {
    const formatAt = (row: number, column: number) => rows?.cells?.get(`${row},${column}`)?.style?.numFmt;
    expect([1, 1000].map((row) => [0, 1, 2].map((column) => formatAt(row, column)))).toEqual([
      ['@', '[$-809]dd/mm/yyyy', '@'],
      ['@', '[$-809]dd/mm/yyyy', '@'],
    ]);
  });

  it('has a note on each title that says what the column holds', () => {
    expect(noteAt(0)).toContain('An NHS number of ten digits. Format the column as text.\nMay be empty.');
    expect(noteAt(1)).toContain('From the red book.');
    expect(noteAt(2)).toContain('Needed in every row.\nValues: Female, Male\nAlso read under: Gender');
    expect(noteAt(3).length).toBeLessThanOrEqual(1000);
  });

  it('offers a list on each coded column, of any length', () => {
    expect(rows?.dataValidations?.map(({ type, range, formula1 }) => ({ type, range, formula1 }))).toEqual([
      { type: 'list', range: 'C2:C10001', formula1: 'Lists!$A$2:$A$3' },
      { type: 'list', range: 'D2:D10001', formula1: 'Lists!$B$2:$B$61' },
      { type: 'list', range: 'E2:E10001', formula1: 'Lists!$C$2:$C$3' },
    ]);
    const listed = (list: number) => (lists?.rows ?? []).flatMap((row) => row[list] || []);
    expect(listed(0)).toEqual(['Sex', 'Female', 'Male']);
    expect(listed(1)).toEqual(['Area', ...areas]);
    expect(listed(2)).toEqual(['Consent', 'Yes', 'No']);
  });

  it('has the guide on a sheet of its own', () => {
    const texts = guide?.rows.flat();
    for (const { content, fate } of guideTo(dataset).fields) {
      expect(texts).toContain(content);
      expect(texts).toContain(fate);
    }
  });
});
