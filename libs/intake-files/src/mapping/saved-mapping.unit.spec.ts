import { periodOfCode, sha256Hex } from '@kinledger/domain';
import type { PeriodCode } from '@kinledger/contracts';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import { describe, expect, it } from 'vitest';
import { RowValidator } from '../validation/row-validator.js';
import { mapHeader } from './map-header.js';
import { headerFingerprint, mappingFaults, withChosenCodes } from './saved-mapping.js';
import { codeProposer, UnmatchedValues } from './unmatched-values.js';

const fingerprint = (...header: string[]) => headerFingerprint(header, sha256Hex);

const fields = [
  { name: 'case_number', title: 'Case number', type: 'string', constraints: { required: true } },
  {
    name: 'carer_email',
    title: 'Parent email',
    type: 'string',
    'x-kinledger': { aliases: ['Carer email'], identifiers: [{ kind: 'email', use: 'carer' }] },
  },
  {
    name: 'kind',
    title: 'Kind',
    type: 'string',
    constraints: { enum: ['group', 'one-to-one'] },
    'x-kinledger': { valueMap: { Group: 'group', Individual: 'one-to-one' } },
  },
  { name: 'attended', title: 'Attended', type: 'boolean' },
  { name: 'consent', title: 'Consent', type: 'boolean', 'x-kinledger': { consent: true } },
];
const schema = datasetSchema.parse({ fields });
const header = ['Client ref', 'Carer email', 'Parent email', 'Kind', 'Attended', 'Consent'];
const columns = { case_number: 'Client ref', carer_email: 'CARER EMAIL' };

describe('the fingerprint of a header', () => {
  it('ignores order, case, spaces, punctuation and columns without a title', () => {
    expect(fingerprint('Case number', 'Parent e-mail')).toBe(
      fingerprint('', 'parent email', 'CASE  NUMBER', ''),
    );
  });

  it('differs for other titles and for a title that occurs twice', () => {
    expect(fingerprint('Case number')).not.toBe(fingerprint('Case number', 'Email'));
    expect(fingerprint('Case number')).not.toBe(fingerprint('Case number', 'Case number'));
  });
});

describe('a confirmed mapping', () => {
  it('finds a column that no name finds, and one of several that a name finds', () => {
    expect(mapHeader(schema, header, columns)).toMatchObject({
      byField: { case_number: 0, carer_email: 1, kind: 3, attended: 4, consent: 5 },
      unknownColumns: [2],
    });
    expect(mappingFaults(schema, header, { columns, values: {} })).toEqual([]);
  });

  it('never takes precedence over the one column that has a field’s name', () => {
    expect(
      mapHeader(schema, ['Case number', 'Ref', 'Consent'], { case_number: 'Ref' }).byField,
    ).toMatchObject({
      case_number: 0,
    });
  });

  it('is needed for two columns that may both be a carer’s email', () => {
    expect(() => mapHeader(schema, ['Case number', ...header.slice(1)])).toThrow(
      expect.objectContaining({ reason: 'duplicate-columns' }) as Error,
    );
  });

  it.each([
    ['a field that is gone', { columns: { ...columns, ward: 'Kind' } }, 'columns.ward', 'no such field'],
    [
      'a title that is gone',
      { columns: { ...columns, case_number: 'Ref' } },
      'columns.case_number',
      'no column',
    ],
    [
      'a column of another name',
      { columns: { ...columns, case_number: 'Kind' } },
      'columns.case_number',
      'read as "Kind"',
    ],
    [
      'one column for two fields',
      { columns: { case_number: 'Client ref', carer_email: 'Client ref' } },
      'columns.carer_email',
      'chosen for case_number',
    ],
    [
      'a field that has its column',
      { columns: { ...columns, kind: 'Client ref' } },
      'columns.kind',
      'chosen for',
    ],
    ['a field that needs a column', { columns: { carer_email: 'Carer email' } }, 'case_number', 'no column'],
    ['two columns for a carer', { columns: { case_number: 'Client ref' } }, 'carer_email', 'more than one'],
    ['a code that is gone', { columns, values: { kind: { Grp: 'drop-in' } } }, 'values.kind', 'no such code'],
    [
      'a known value',
      { columns, values: { kind: { individual: 'group' } } },
      'values.kind',
      'means "one-to-one"',
    ],
    ['no value', { columns, values: { kind: { ' ': 'group' } } }, 'values.kind', 'empty'],
    ['consent', { columns, values: { consent: { Signed: 'true' } } }, 'values.consent', 'only the programme'],
    ['text', { columns, values: { case_number: { a: 'b' } } }, 'values.case_number', 'no codes'],
  ])('has a fault if it names or lacks %s', (_, mapping, path, message) => {
    const faults = mappingFaults(schema, header, { values: {}, ...mapping });
    expect(faults).toContainEqual({ path, message: expect.stringContaining(message) as string });
  });

  it('gives codes to values, in addition to those of the schema', () => {
    const coded = withChosenCodes(schema, { kind: { Grp: 'group' }, attended: { came: 'true' } });
    const { rows } = read(coded, ['PT-1,,grp,Came,Yes', 'PT-2,,Individual,No,Yes', 'PT-3,,Other,came,Yes']);
    expect(rows.map(({ values }) => values.slice(2, 4))).toEqual([
      ['group', 'true'],
      ['one-to-one', 'false'],
      [null, 'true'],
    ]);
  });
});

describe('values without a code', () => {
  it('are counted, each with the code that it resembles', () => {
    const { unmatched } = read(schema, [
      ...Array.from({ length: 3 }, (_, row) => `PT-${row},,Indivdual,Yes,Yes`),
      'PT-8,,Seminar,Yess,Yes',
      'PT-9,,Group,No,Yes',
      'PT-10,,Refused kind,No,No',
    ]);
    expect(unmatched.map(({ field, values, codes }) => ({ field: field.name, values, codes }))).toEqual([
      {
        field: 'kind',
        codes: ['group', 'one-to-one'],
        values: [
          {
            value: 'Indivdual',
            rows: 3,
            proposed: {
              code: 'one-to-one',
              score: 0.9,
              reason: expect.stringContaining('Individual') as string,
            },
          },
          { value: 'Seminar', rows: 1, proposed: null },
        ],
      },
      { field: 'attended', codes: ['true', 'false'], values: [{ value: 'Yess', rows: 1, proposed: null }] },
    ]);
  });

  it('are listed up to a number and a length, and the others counted', () => {
    const kind = schema.fields[2]!;
    const unmatched = new UnmatchedValues(schema);
    const rule = { kind: 'unlisted', field: kind } as never;
    for (let row = 0; row < 150; row++) unmatched.add([{ rule, value: `value ${row}` }]);
    unmatched.add([{ rule, value: 'x'.repeat(500) }]);
    expect(unmatched.byField()[0]).toMatchObject({ otherRows: 51 });
    expect(unmatched.byField()[0]?.values).toHaveLength(100);
  });

  it('resemble no code if they resemble two', () => {
    const field = datasetSchema.parse({
      fields: [{ name: 'a', title: 'A', type: 'string', constraints: { enum: ['level-1', 'level-2'] } }],
    }).fields[0]!;
    expect(codeProposer(field)('level-3')).toBeNull();
    expect(codeProposer(field)('Lvel 1')?.code).toBe('level-1');
  });
});

function read(its: typeof schema, lines: readonly string[]) {
  const names = ['Case number', 'Parent email', 'Kind', 'Attended', 'Consent'];
  const validator = new RowValidator({ schema: its }, mapHeader(its, names), {
    headerLength: names.length,
    dates: {
      today: '2026-01-01',
      period: periodOfCode('2023-24-Q2' as PeriodCode),
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    sha256: sha256Hex,
  });
  const unmatched = new UnmatchedValues(its);
  const rows = lines.map((line, index) => validator.validate(line.split(','), index + 2));
  for (const { findings } of rows) unmatched.add(findings);
  return { rows, unmatched: unmatched.byField() };
}
