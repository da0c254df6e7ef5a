import { datasetSchema } from '@kinledger/programme';
import { describe, expect, it } from 'vitest';
import { mapHeader } from '../mapping/header-mapping.js';
import { isFileRefused } from '../reading/file-refused.js';
import { RowValidator } from './row-validator.js';

const people = datasetSchema.parse({
  fields: [
    {
      name: 'id',
      title: 'ID',
      type: 'string',
      constraints: { required: true },
      'x-kinledger': { format: 'case-number' },
    },
    {
      name: 'kind',
      title: 'Kind',
      type: 'string',
      constraints: { required: true, enum: ['child', 'adult'] },
      'x-kinledger': { valueMap: { Baby: 'child', Mum: 'adult' }, target: { to: 'role' }, missing: 'error' },
    },
    {
      name: 'nhs_number',
      title: 'NHS number',
      type: 'string',
      'x-kinledger': { format: 'nhs-number', invalid: 'warning' },
    },
    {
      name: 'date_of_birth',
      title: 'Date of birth',
      type: 'date',
      'x-kinledger': {
        missing: 'warning',
        invalid: 'warning',
        roles: ['child'],
        target: { to: 'birth-month' },
      },
    },
    {
      name: 'postcode',
      title: 'Postcode',
      type: 'string',
      constraints: { required: true },
      'x-kinledger': { format: 'postcode' },
    },
    {
      name: 'ethnicity',
      title: 'Ethnicity',
      type: 'string',
      'x-kinledger': {
        valueMap: { 'White British': 'wb', 'Not known': 'nk' },
        missing: 'warning',
        invalid: 'warning',
      },
    },
    { name: 'minutes', title: 'Minutes', type: 'integer', constraints: { minimum: 0, maximum: 600 } },
    {
      name: 'note',
      title: 'Note',
      type: 'string',
      constraints: { maxLength: 5 },
      'x-kinledger': { invalid: 'warning' },
    },
    { name: 'due', title: 'Due date', type: 'date' },
    { name: 'consent', title: 'Consent', type: 'boolean', 'x-kinledger': { consent: true } },
  ],
  primaryKey: ['id'],
});
const titles = people.fields.map(({ title }) => title);
const good = ['7', 'Baby', '943 476 5919', '29/02/2020', 'sw91aa', 'white british', '45', '', '', 'Yes'];
const dates = {
  today: '2023-10-09',
  period: { start: '2023-07-01', end: '2023-10-01' },
  holdsEarlierRows: false,
};

const validatorOf = (schema = people, header = titles, fileDates = dates) =>
  new RowValidator({ schema }, mapHeader(schema, header), {
    headerLength: header.length,
    dates: fileDates,
    limits: { maxFieldLength: 100 },
  });

/** The good row with some of its values changed. */
const rowWith = (changes: Readonly<Record<string, string>>): string[] =>
  titles.map((title, index) => changes[title] ?? good[index] ?? '');
const outcomeOf = (changes: Readonly<Record<string, string>>) => {
  const row = validatorOf().validate(rowWith(changes), 2);
  return {
    outcome: row.outcome,
    rules: row.findings.map(({ rule }) => rule.code),
    values: row.values,
  };
};

describe('a row', () => {
  it('is accepted with its values in the form that is kept', () => {
    expect(outcomeOf({})).toEqual({
      outcome: 'accepted',
      rules: [],
      values: ['7', 'child', '9434765919', '2020-02-29', 'SW9 1AA', 'wb', '45', null, null, 'true'],
    });
  });

  it.each([
    ['a missing id', { ID: '' }, 'missing-id'],
    ['a missing postcode', { Postcode: ' ' }, 'missing-postcode'],
    ['half a postcode', { Postcode: 'SW9' }, 'invalid-postcode'],
    ['an unknown kind', { Kind: 'dog' }, 'unlisted-kind'],
    ['minutes that are no number', { Minutes: 'half an hour' }, 'invalid-minutes'],
    ['too many minutes', { Minutes: '601' }, 'out-of-range-minutes'],
    ['consent that is neither', { Consent: 'perhaps' }, 'invalid-consent'],
    ['consent that is missing', { Consent: '' }, 'missing-consent'],
    ['a due date that is no day', { 'Due date': '31/02/2024' }, 'unreal-date-due'],
    ['a due date that is no date', { 'Due date': 'soon' }, 'invalid-due'],
  ])('is rejected for %s', (_case, changes, rule) => {
    expect(outcomeOf(changes)).toMatchObject({ outcome: 'rejected', rules: [rule] });
  });

  it.each([
    ['an NHS number in bad form', { 'NHS number': '9434765918' }, 'invalid-nhs-number', 2],
    ['a birth date that is no day', { 'Date of birth': '30/02/2020' }, 'unreal-date-date-of-birth', 3],
    ['an ethnicity that is not listed', { Ethnicity: 'Martian' }, 'unlisted-ethnicity', 5],
    ['a missing ethnicity', { Ethnicity: 'NULL' }, 'missing-ethnicity', 5],
    ['a note that is too long', { Note: 'abcdef' }, 'too-long-note', 7],
  ])('is kept without the value, and warned, for %s', (_case, changes, rule, field) => {
    const row = outcomeOf(changes);
    expect(row).toMatchObject({ outcome: 'warned', rules: [rule] });
    expect(row.values[field]).toBeNull();
  });

  it('is kept with its value, and warned, for a birth in the future', () => {
    const row = outcomeOf({ 'Date of birth': '10/10/2023' });
    expect(row).toMatchObject({ outcome: 'warned', rules: ['future-date-date-of-birth'] });
    expect(row.values[3]).toBe('2023-10-10');
  });

  it('may have a due date in the future', () => {
    expect(outcomeOf({ 'Due date': '10/10/2024' }).outcome).toBe('accepted');
  });

  it('needs what its role needs, and no more', () => {
    expect(outcomeOf({ 'Date of birth': '' }).rules).toEqual(['missing-date-of-birth']);
    expect(outcomeOf({ 'Date of birth': '', Kind: 'Mum' }).outcome).toBe('accepted');
  });

  it('is only counted without consent: nothing else is told of it, and nothing is kept', () => {
    const row = validatorOf().validate(rowWith({ Consent: 'No', Postcode: '', 'NHS number': '1' }), 2);
    expect(row).toMatchObject({ outcome: 'not-consented', values: [], caseNumber: null });
    expect(row.findings.map(({ rule }) => rule.code)).toEqual(['no-consent']);
  });

  it('tells all of its findings at once', () => {
    expect(outcomeOf({ Postcode: '', 'NHS number': 'x', Minutes: '-1' }).rules).toEqual([
      'invalid-nhs-number',
      'missing-postcode',
      'out-of-range-minutes',
    ]);
  });

  it('is told with its own case number and the value as it stood', () => {
    const row = validatorOf().validate(rowWith({ 'NHS number': ' 123 ' }), 2);
    expect(row.caseNumber).toBe('7');
    expect(row.findings[0]).toMatchObject({ value: '123', rule: { column: 2, severity: 'warning' } });
  });

  it('is a duplicate where an earlier row has its id, however it is written', () => {
    const validator = validatorOf();
    expect(validator.validate(rowWith({ ID: 'A  1' }), 2).outcome).toBe('accepted');
    const repeated = validator.validate(rowWith({ ID: ' A 1', Minutes: '1' }), 3);
    expect(repeated.outcome).toBe('duplicate');
    expect(repeated.findings.map(({ rule }) => rule.code)).toEqual(['duplicate-row']);
  });

  it('is not made a duplicate by a row that was rejected', () => {
    const validator = validatorOf();
    expect(validator.validate(rowWith({ Postcode: '' }), 2).outcome).toBe('rejected');
    expect(validator.validate(rowWith({}), 3).outcome).toBe('accepted');
  });

  it('is nothing where it is blank', () => {
    expect(validatorOf().validate([''], 2).outcome).toBe('blank');
    expect(validatorOf().validate(['', ' ', ''], 2).outcome).toBe('blank');
  });

  it('may be short of trailing cells, but not have more values than titles', () => {
    expect(validatorOf().validate([...good, '', ' '], 2).outcome).toBe('accepted');
    const shifted = validatorOf().validate([...good, 'spilt'], 2);
    expect(shifted.outcome).toBe('rejected');
    expect(shifted.findings.map(({ rule }) => rule.code)).toEqual(['extra-cells']);
    expect(
      validatorOf(people, ['ID', 'Kind', 'Postcode', 'Consent', 'Note']).validate(
        ['7', 'Mum', 'SW9 1AA', 'y'],
        2,
      ),
    ).toMatchObject({
      values: ['7', 'adult', null, null, 'SW9 1AA', null, null, null, null, 'true'],
    });
  });

  it('refuses the file for a value that is too long to be one', () => {
    const validate = () => validatorOf().validate(rowWith({ Note: 'x'.repeat(101) }), 17);
    expect(validate).toThrow();
    try {
      validate();
    } catch (error) {
      expect(isFileRefused(error) && error.detail).toContain('"Note" in row 17');
    }
  });

  it('does not have a digest’s value repeated: it may be what should not have been sent', () => {
    const schema = datasetSchema.parse({
      fields: [
        {
          name: 'nhs',
          title: 'NHS digest',
          type: 'string',
          'x-kinledger': { format: 'digest', invalid: 'warning' },
        },
      ],
    });
    const row = validatorOf(schema, ['NHS digest']).validate(['9434765919'], 2);
    expect(row.findings).toMatchObject([{ value: null, rule: { code: 'invalid-nhs' } }]);
    expect(row.values).toEqual([null]);
  });
});

describe('rows of a dataset without ids', () => {
  const sessions = datasetSchema.parse({
    fields: [
      { name: 'case_number', title: 'Case', type: 'string', 'x-kinledger': { format: 'case-number' } },
      {
        name: 'session_date',
        title: 'Date',
        type: 'date',
        'x-kinledger': { target: { to: 'fact', name: 'eventDate' } },
      },
    ],
    'x-kinledger': { naturalKey: ['case_number', 'session_date'], role: 'child' },
  });
  const rulesOf = (date: string, fileDates = dates) =>
    validatorOf(sessions, ['Case', 'Date'], fileDates)
      .validate(['1', date], 2)
      .findings.map(({ rule }) => rule.code);

  it('are both kept when they are equal, and the second is warned', () => {
    const validator = validatorOf(sessions, ['Case', 'Date']);
    expect(validator.validate(['1', '01/07/2023'], 2).outcome).toBe('accepted');
    const again = validator.validate(['1', '2023-07-01'], 3);
    expect(again.outcome).toBe('warned');
    expect(again.findings.map(({ rule }) => rule.code)).toEqual(['repeated-row']);
    expect(validator.validate(['2', '01/07/2023'], 4).outcome).toBe('accepted');
  });

  it('are warned where their date lies outside the period, at both ends', () => {
    expect(rulesOf('01/07/2023')).toEqual([]);
    expect(rulesOf('30/09/2023')).toEqual([]);
    expect(rulesOf('30/06/2023')).toEqual(['outside-period-session-date']);
    expect(rulesOf('01/10/2023')).toEqual(['outside-period-session-date']);
    expect(rulesOf('10/10/2023')).toEqual(['future-date-session-date', 'outside-period-session-date']);
  });

  it('may lie before the period where the extract holds all rows there ever were', () => {
    const cumulative = { ...dates, holdsEarlierRows: true };
    expect(rulesOf('30/06/2020', cumulative)).toEqual([]);
    expect(rulesOf('01/10/2023', cumulative)).toEqual(['outside-period-session-date']);
  });
});
