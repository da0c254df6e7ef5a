import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { mapHeader } from '../mapping/map-header.js';
import type { ColumnReading } from './column-reading.js';
import type { RuleOfField } from './finding.js';
import { RowValidator } from './row-validator.js';

/** A damaged cell, and what a data officer should be told of it; `kept` is empty if the value is not used. */
interface DamagedCell {
  readonly kind: string;
  /** What the whole column is like; empty if only this cell is damaged. */
  readonly column: '' | 'zeros lost' | 'day numbers' | 'month first';
  readonly field: string;
  readonly cell: string;
  /** Empty if the cell is read without a finding. */
  readonly rule: string;
  readonly severity: string;
  readonly kept: string;
}

const field = (name: string, title: string, rest: object, extension: object = {}) => ({
  ...{ name, title, type: 'string' },
  ...rest,
  'x-kinledger': { missing: 'warning', invalid: 'warning', ...extension },
});
const needed = { missing: 'error', invalid: 'error' };
const schema = datasetSchema.parse({
  fields: [
    field('case_number', 'Case number', {}, { format: 'case-number', ...needed }),
    field('kind', 'Participant type', { constraints: { enum: ['child', 'adult'] } }, { valueMap: { Baby: 'child' }, ...needed }), // prettier-ignore
    field('first_name', 'First name', {}, { format: 'first-name' }),
    field('nhs_number', 'NHS number', {}, { format: 'nhs-number' }),
    field('email', 'Email address', { format: 'email' }),
    field('mobile', 'Mobile number', {}, { format: 'mobile' }),
    field('date_of_birth', 'Date of birth', { type: 'date' }, { target: { to: 'birth-month' } }),
    field('session_date', 'Session date', { type: 'date' }, { target: { to: 'fact', name: 'eventDate' }, ...needed }), // prettier-ignore
    field(
      'registered',
      'Date registered',
      { type: 'date' },
      { target: { to: 'fact', name: 'registeredOn' } },
    ),
    field('gender', 'Gender', { constraints: { enum: ['F', 'M', 'X'] } }, { identifiers: [{ kind: 'gender', use: 'guard' }] }), // prettier-ignore
    field('postcode', 'Postcode', {}, { format: 'postcode', ...needed }),
    field('ethnicity', 'Ethnic group', {}, { valueMap: { 'White British': 'wb', Other: 'o' } }),
    field('minutes', 'Minutes', { type: 'integer', constraints: { minimum: 0, maximum: 600 } }, needed),
    field('score', 'Score', { type: 'number', constraints: { minimum: 0, maximum: 100 } }),
    field('attended', 'Attended', { type: 'boolean' }, needed),
  ],
  missingValues: ['not asked'],
  'x-kinledger': { role: 'child' },
});
const good: Readonly<Record<string, string>> = {
  ...{
    case_number: 'C-1',
    kind: 'child',
    first_name: 'Zoë',
    nhs_number: '4010232137',
    email: 'zoe@mail.example',
  },
  ...{
    mobile: '07700900999',
    date_of_birth: '29/02/2020',
    session_date: '14/08/2023',
    registered: '15/03/2023',
  },
  ...{ gender: 'F', postcode: 'SW9 1AA', ethnicity: 'Other', minutes: '45', score: '80', attended: 'yes' },
};
const columns: Readonly<Record<DamagedCell['column'], ColumnReading>> = {
  '': {},
  'zeros lost': { zerosLost: true },
  'day numbers': { dayNumbers: true },
  'month first': { order: 'month-first' },
};

function told({ column, field: name, cell }: DamagedCell) {
  const at = schema.fields.findIndex((one) => one.name === name);
  const header = schema.fields.map(({ title }) => title);
  const validator = new RowValidator({ schema }, mapHeader(schema, header), {
    headerLength: header.length,
    dates: {
      today: '2023-10-09',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    synthetic: true,
    readings: schema.fields.map((_, index) => (index === at ? columns[column] : {})),
    sha256: (text) => hash('sha256', text, 'hex'),
  });
  const record = schema.fields.map((one, index) => (index === at ? cell : (good[one.name] ?? '')));
  const { values, findings } = validator.validate(record, 2);
  return { kept: values[at] ?? '', rules: findings.map(({ rule }) => rule) };
}

const table: readonly DamagedCell[] = parse(readFileSync(new URL('damaged-cells.csv', import.meta.url)), {
  columns: true,
});
const cells = table.map((cell) => ({ cell, ...told(cell) }));
const suffix = (cell: DamagedCell) => `-${cell.field.replaceAll('_', '-')}`;

describe('a damaged cell', () => {
  it('is one of 300, of twenty kinds', () => {
    expect(table).toHaveLength(300);
    expect(new Set(table.map(({ kind }) => kind)).size).toBe(20);
  });

  it('has the finding, the severity and the value that the table says, and no other finding', () => {
    const found = cells.map(({ cell, kept, rules }) => ({
      ...cell,
      rule: rules.map(({ code }) => code.replace(suffix(cell), '')).join(' '),
      severity: rules.map(({ severity }) => severity).join(' '),
      kept,
    }));
    expect(found).toEqual(table);
  });

  it('has a message that names the field, says what is wrong and what to do', () => {
    for (const { rules } of cells) {
      for (const { message, suggestion, field: of } of rules) {
        expect(message.startsWith(of?.title ?? '-')).toBe(true);
        expect(message).toMatch(/\.$/);
        expect(suggestion).toMatch(/^[A-Z].*\.$/);
      }
    }
  });

  it('is told in these words', async () => {
    const words = new Map<string, RuleOfField>();
    for (const { rules } of cells) for (const rule of rules) words.set(rule.code, rule);
    const lines = [...words.values()].map(
      ({ code, message, suggestion }) => `${code}\n  ${message}\n  ${suggestion}`,
    );
    await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('damaged-cells-messages.txt');
  });
});
