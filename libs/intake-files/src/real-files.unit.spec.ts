import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import { describe, expect, it } from 'vitest';
import { columnReadings, knownTitles, mapHeader, openFile, RowValidator, sampled } from './index.js';

const text = (name: string, title: string, extension: object = {}) => ({
  ...{ name, title, type: 'string' },
  'x-kinledger': { invalid: 'warning', ...extension },
});
const date = (name: string, title: string, extension: object = {}) => ({
  ...text(name, title, extension),
  type: 'date',
});
const schema = datasetSchema.parse({
  fields: [
    text('case_number', 'Case number', { format: 'case-number' }),
    text('nhs_number', 'NHS number', { format: 'nhs-number' }),
    text('mobile', 'Mobile', { format: 'mobile' }),
    date('born', 'Date of birth', { target: { to: 'birth-month' } }),
    text('postcode', 'Postcode', { format: 'postcode' }),
    date('registered', 'Registered'),
    { ...text('minutes', 'Minutes'), type: 'number' },
    { ...text('attended', 'Attended'), type: 'boolean' },
  ],
  primaryKey: ['case_number'],
  'x-kinledger': { role: 'child' },
});

/** A file as Kinledger reads it: how it was read, and of each row that is not blank its values and what is wrong. */
async function read(name: string) {
  async function* source(): AsyncGenerator<Uint8Array, undefined> {
    yield readFileSync(new URL(`../fixtures/files/${name}`, import.meta.url));
    return undefined;
  }
  const table = await openFile(source(), knownTitles(schema), { maxColumns: 50, maxRowBytes: 10_000 });
  const mapping = mapHeader(schema, table.header);
  const { sample, batches } = await sampled(table.batches);
  const validator = new RowValidator({ schema }, mapping, {
    headerLength: table.header.length,
    dates: {
      today: '2023-10-09',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      // The sheet is about children and adults.
      plausibility: plausibility.parse({ childUnder: 30 }),
    },
    limits: { maxFieldLength: 1000 },
    synthetic: true,
    readings: columnReadings(schema, mapping, sample),
    sha256: (value) => hash('sha256', value, 'hex'),
  });
  const values: (readonly (string | null)[])[] = [];
  const rules: string[][] = [];
  let row = table.headerRow;
  for await (const batch of batches)
    for (const record of batch) {
      row += 1;
      const validated = validator.validate(record, row);
      if (validated.outcome === 'blank') continue;
      values.push(validated.values);
      rules.push(
        validated.findings.map(({ rule }) => rule.code).filter((code) => !code.startsWith('implausible')),
      );
    }
  const { headerRow, delimiter } = table;
  const columns = validator.dateColumns().map(({ field, state }) => [field.name, state]);
  return { read: [headerRow, delimiter, table.encoding()], values, rules, columns, remarks: table.remarks() };
}

const people = [
  ['PT-001', '9990000018', null, '2020-02-29', 'SW9 1AA', '2023-07-03', '45', 'true'],
  ['PT-002', '9990000026', '07700900123', null, 'SW2 1AB', '2023-07-03', '45', 'true'],
  ['PT-003', '9990000034', null, '2021-12-13', 'SE27 0AA', '2023-08-14', '30', 'false'],
  ['PT-004', '9990000042', '07700900456', null, 'SW4 7DL', '2023-08-14', '30', 'true'],
  ['PT-005', null, null, '2022-01-04', 'SW16 2UN', '2023-09-25', '0', 'false'],
  ['PT-006', '9990000069', '07700900789', '1994-03-17', 'SW8 2JU', '2023-09-25', '90', 'true'],
];

describe('the same people, as each program writes them', () => {
  it.each([
    ['people-comma-utf8.csv', [1, ',', 'utf-8']],
    ['people-quoted.csv', [1, ',', 'utf-8']],
    ['people-semicolon-german.csv', [1, ';', 'utf-8']],
    ['people-semicolon-windows-1252.csv', [1, ';', 'windows-1252']],
    ['people-tab-utf16.csv', [1, '\t', 'utf-16']],
    ['people.xlsx', [1, null, 'utf-8']],
    ['people.ods', [1, null, 'utf-8']],
    ['people-1904.xlsx', [1, null, 'utf-8']],
    ['case-system.csv', [5, ',', 'utf-8']],
  ])('are the same, and nothing is wrong: %s', async (name, how) => {
    const file = await read(name);
    expect(file.values).toEqual(people);
    expect(file.rules.flat()).toEqual([]);
    expect(file.columns).toEqual([]);
    expect(file.read).toEqual(how);
    expect(file.remarks.footerRows).toBe(name === 'case-system.csv' ? 3 : 0);
  });
});

describe('a file that a spreadsheet has damaged', () => {
  it('gets its dates back from day numbers, and says so', async () => {
    const { values, rules } = await read('people-day-numbers.csv');
    expect(values).toEqual(people);
    expect(rules[0]).toEqual(['from-day-number-born', 'from-day-number-registered']);
  });

  it('gets the first 0 of its mobiles back, and says so', async () => {
    const { values, rules } = await read('people-without-zeros.csv');
    expect(values).toEqual(people);
    expect(rules.flat()).toEqual(Array.from({ length: 3 }, () => 'zero-restored-mobile'));
  });

  it('is not read with the month first unless somebody says so', async () => {
    const { columns } = await read('people-month-first.csv');
    expect(columns).toEqual([
      ['born', 'contradicted'],
      ['registered', 'contradicted'],
    ]);
  });

  it('has digits and parts of dates reported that CSV lost and the workbook still has', async () => {
    const csv = await read('cells.csv');
    expect(csv.rules).toEqual([
      ['scientific-notation-nhs-number', 'two-digit-year-born'],
      ['invalid-mobile', 'incomplete-date-born'],
      ['repaired-mobile'],
    ]);
    const workbook = await read('cells.xlsx');
    expect(workbook.rules).toEqual([[], ['invalid-mobile', 'incomplete-date-born'], ['repaired-mobile']]);
    expect(workbook.values[0]?.slice(1, 4)).toEqual(['9990000018', '07700900123', '2020-02-29']);
  });
});
