import { hash } from 'node:crypto';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapHeader } from '../mapping/map-header.js';
import { isFileRefused } from '../reading/file-refused.js';
import { RowValidator } from './row-validator.js';

const people = datasetSchema.parse({
  fields: [
    {
      name: 'id',
      title: 'ID',
      type: 'string',
      constraints: { required: true },
      'x-kinledger': { format: 'case-number', identifiers: [{ kind: 'case-number', use: 'local' }] },
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
      'x-kinledger': {
        format: 'nhs-number',
        identifiers: [{ kind: 'nhs-number', use: 'identity' }],
        invalid: 'warning',
      },
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
  plausibility: plausibility.parse({}),
};

const validatorOf = (schema = people, header = titles, fileDates = dates) =>
  new RowValidator({ schema }, mapHeader(schema, header), {
    headerLength: header.length,
    dates: fileDates,
    limits: { maxFieldLength: 100 },
    sha256: (text) => hash('sha256', text, 'hex'),
  });

/** The valid row with some values changed. */
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
  it('is accepted, with its values in canonical form', () => {
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
  ])('is accepted without the value, with a warning, for %s', (_case, changes, rule, field) => {
    const row = outcomeOf(changes);
    expect(row).toMatchObject({ outcome: 'warned', rules: [rule] });
    expect(row.values[field]).toBeNull();
  });

  it.each([
    ['a birth in the future', { 'Date of birth': '10/10/2023' }, 'future-date-date-of-birth'],
    ['a child of 62', { 'Date of birth': '01/03/1961' }, 'implausible-age-date-of-birth'],
    ['an adult of two', { Kind: 'Mum', 'Date of birth': '01/03/2021' }, 'implausible-age-date-of-birth'],
    ['an adult of 120', { Kind: 'Mum', 'Date of birth': '02/03/1903' }, 'implausible-age-date-of-birth'],
    ['a day that forms are filled with', { 'Date of birth': '01/01/1900' }, 'placeholder-date-of-birth'],
  ])('is accepted without its birth date, with a warning, for %s', (_case, changes, rule) => {
    const row = outcomeOf(changes);
    expect(row).toMatchObject({ outcome: 'warned', rules: [rule] });
    expect(row.values[3]).toBeNull();
  });

  it('is measured by the ages that the programme defines, and the message says them', () => {
    const ages = plausibility.parse({ childUnder: 30, adultFrom: 2, oldest: 130 });
    const said = (changes: Readonly<Record<string, string>>) =>
      validatorOf(people, titles, { ...dates, plausibility: ages })
        .validate(rowWith(changes), 2)
        .findings.map(({ rule }) => rule.message);
    expect(said({ 'Date of birth': '01/03/1995' })).toEqual([]);
    expect(said({ Kind: 'Mum', 'Date of birth': '01/03/2021' })).toEqual([]);
    expect(said({ Kind: 'Mum', 'Date of birth': '02/03/1903' })).toEqual([]);
    expect(said({ Kind: 'Mum', 'Date of birth': '01/03/2022' })).toEqual([
      'Date of birth makes a child of 30 or more, an adult under 2, somebody over 130 or not born yet; it was not used.',
    ]);
  });

  it('is accepted with the birth date of a young mother and of a great-grandmother', () => {
    for (const born of ['01/03/2010', '01/03/1920']) {
      expect(outcomeOf({ Kind: 'Mum', 'Date of birth': born })).toMatchObject({ outcome: 'accepted' });
    }
  });

  it('is accepted, with a warning, if an earlier row with another id has its NHS number', () => {
    const validator = validatorOf();
    const rulesOf = (id: string, number = '943 476 5919') =>
      validator.validate(rowWith({ ID: id, 'NHS number': number }), 2).findings.map(({ rule }) => rule.code);
    expect(rulesOf('1')).toEqual([]);
    expect(rulesOf('2')).toEqual(['shared-nhs-number']);
    expect(rulesOf('3', '401 023 2137')).toEqual([]);
    expect(rulesOf('4', '')).toEqual([]);
    expect(rulesOf('5', '')).toEqual([]);
  });

  it('is without an id if the id is a spelling of "no value"', () => {
    for (const nothing of ['N/A', 'unknown', '""', '-']) {
      expect(outcomeOf({ ID: nothing })).toMatchObject({ outcome: 'rejected', rules: ['missing-id'] });
    }
  });

  it('treats an optional spelling of "no value" as missing, not as invalid', () => {
    expect(outcomeOf({ 'NHS number': 'not known', Minutes: '-' })).toMatchObject({ outcome: 'accepted' });
    expect(outcomeOf({ Ethnicity: 'not known' }).values[5]).toBe('nk');
  });

  it('is accepted without a registration date in the future or decades ago', () => {
    const field = {
      name: 'registered',
      title: 'Registered',
      type: 'date',
      'x-kinledger': { target: { to: 'fact', name: 'registeredOn' }, invalid: 'warning' },
    };
    const registering = datasetSchema.parse({ fields: [field], 'x-kinledger': { role: 'child' } });
    const read = (day: string) => {
      const row = validatorOf(registering, ['Registered']).validate([day], 2);
      return [row.outcome, row.values[0], ...row.findings.map(({ rule }) => rule.code)];
    };
    expect(read('05/05/2010')).toEqual(['accepted', '2010-05-05']);
    expect(read('05/05/1921')).toEqual(['warned', null, 'far-outside-period-registered']);
    expect(read('05/05/2091')).toEqual(['warned', null, 'future-date-registered']);
  });

  it('has a finding for an initial in place of a child’s name', () => {
    const field = {
      name: 'first_name',
      title: 'First name',
      type: 'string',
      'x-kinledger': { format: 'first-name', roles: ['child'], invalid: 'warning' },
    };
    const named = (role: string) =>
      validatorOf(datasetSchema.parse({ fields: [field], 'x-kinledger': { role } }), ['First name'])
        .validate(['Z.'], 2)
        .findings.map(({ rule }) => rule.code);
    expect(named('child')).toEqual(['initials-first-name']);
    expect(named('adult')).toEqual([]);
  });

  it('may have a due date in the future', () => {
    expect(outcomeOf({ 'Due date': '10/10/2024' }).outcome).toBe('accepted');
  });

  it('needs only the values required for its role', () => {
    expect(outcomeOf({ 'Date of birth': '' }).rules).toEqual(['missing-date-of-birth']);
    expect(outcomeOf({ 'Date of birth': '', Kind: 'Mum' }).outcome).toBe('accepted');
  });

  it.each(['No', 'withdrawn', 'Consent revoked 03/04/2022', 'not given', 'Opted out'])(
    'that refuses consent (%s) is only counted, without findings, and only its id is kept',
    (Consent) => {
      const row = validatorOf().validate(rowWith({ Consent, Postcode: '', 'NHS number': '1' }), 2);
      expect(row).toMatchObject({ outcome: 'consent-refused', caseNumber: null });
      expect(row.values.filter((value) => value !== null)).toEqual(['7', 'false']);
      expect(row.findings.map(({ rule, value }) => [rule.code, value])).toEqual([['no-consent', null]]);
    },
  );

  it('that refuses consent without a complete id leaves no values', () => {
    const row = validatorOf().validate(rowWith({ Consent: 'Declined', ID: '' }), 2);
    expect(row).toMatchObject({ outcome: 'not-consented', values: [], caseNumber: null });
  });

  it('that consents after a refusal with the same id is not a duplicate', () => {
    const validator = validatorOf();
    const outcomes = ['Yes', 'Yes', 'No', 'No', 'Yes', 'Yes', 'No', 'Yes'].map(
      (Consent, index) => validator.validate(rowWith({ Consent }), 2 + index).outcome,
    );
    expect(outcomes).toEqual([
      'accepted',
      'duplicate',
      'consent-refused',
      'consent-refused',
      'accepted',
      'duplicate',
      'consent-refused',
      'accepted',
    ]);
  });

  it('has all its findings reported at once', () => {
    expect(outcomeOf({ Postcode: '', 'NHS number': 'x', Minutes: '-1' }).rules).toEqual([
      'not-digits-nhs-number',
      'missing-postcode',
      'out-of-range-minutes',
    ]);
  });

  it('is reported with its own case number and the original value', () => {
    const row = validatorOf().validate(rowWith({ 'NHS number': ' 123 ' }), 2);
    expect(row.caseNumber).toBe('7');
    expect(row.findings[0]).toMatchObject({ value: '123', rule: { column: 2, severity: 'warning' } });
  });

  it('is a duplicate if an earlier row has its id, in any spelling', () => {
    const validator = validatorOf();
    expect(validator.validate(rowWith({ ID: 'A  1' }), 2).outcome).toBe('accepted');
    const repeated = validator.validate(rowWith({ ID: ' A 1', Minutes: '1' }), 3);
    expect(repeated.outcome).toBe('duplicate');
    expect(repeated.findings.map(({ rule }) => rule.code)).toEqual(['duplicate-row']);
  });

  it('is not a duplicate of a rejected row', () => {
    const validator = validatorOf();
    expect(validator.validate(rowWith({ Postcode: '' }), 2).outcome).toBe('rejected');
    expect(validator.validate(rowWith({}), 3).outcome).toBe('accepted');
  });

  it('is ignored if it is blank', () => {
    expect(validatorOf().validate([''], 2).outcome).toBe('blank');
    expect(validatorOf().validate(['', ' ', ''], 2).outcome).toBe('blank');
  });

  it('may lack trailing cells, but may not have more values than titles', () => {
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

  it('refuses the file for a value over the maximum length', () => {
    const validate = () => validatorOf().validate(rowWith({ Note: 'x'.repeat(101) }), 17);
    expect(validate).toThrow();
    try {
      validate();
    } catch (error) {
      expect(isFileRefused(error) && error.detail).toContain('"Note" in row 17');
    }
  });

  it('does not show the value of an invalid digest, which may be an identifier', () => {
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
    for (const [text, code] of [
      ['9434765919', 'clear-text-nhs'],
      ['Error: Before File Open', 'clear-text-nhs'],
      ['643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BB', 'invalid-nhs'],
    ] as const) {
      const row = validatorOf(schema, ['NHS digest']).validate([text], 2);
      expect(row.findings).toMatchObject([{ value: null, rule: { code } }]);
      expect(row.values).toEqual([null]);
    }
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
    'x-kinledger': { naturalKey: ['case_number', 'session_date'], naturalKeyIsStable: true, role: 'child' },
  });
  const rulesOf = (date: string, fileDates = dates) =>
    validatorOf(sessions, ['Case', 'Date'], fileDates)
      .validate(['1', date], 2)
      .findings.map(({ rule }) => rule.code);

  it('are both accepted if they are equal, with a warning for the second', () => {
    const validator = validatorOf(sessions, ['Case', 'Date']);
    expect(validator.validate(['1', '01/07/2023'], 2).outcome).toBe('accepted');
    const again = validator.validate(['1', '2023-07-01'], 3);
    expect(again.outcome).toBe('warned');
    expect(again.findings.map(({ rule }) => rule.code)).toEqual(['repeated-row']);
    expect(validator.validate(['2', '01/07/2023'], 4).outcome).toBe('accepted');
  });

  it('have a warning if their date is outside the period, at either end', () => {
    expect(rulesOf('01/07/2023')).toEqual([]);
    expect(rulesOf('30/09/2023')).toEqual([]);
    expect(rulesOf('30/06/2023')).toEqual(['outside-period-session-date']);
    expect(rulesOf('01/10/2023')).toEqual(['outside-period-session-date']);
  });

  it.each([
    ['in the future', '10/10/2023', 'future-date-session-date'],
    ['seventy years after the period', '05/08/2093', 'future-date-session-date'],
    ['a hundred years before the period', '05/08/1923', 'far-outside-period-session-date'],
    ['more than three years before the period', '30/06/2020', 'far-outside-period-session-date'],
  ])('are set aside if their date is %s', (_case, date, rule) => {
    const row = validatorOf(sessions, ['Case', 'Date']).validate(['1', date], 2);
    expect(row.outcome).toBe('set-aside');
    expect(row.findings.map(({ rule: { code } }) => code)).toEqual([rule]);
    expect(row.values).toEqual(['1', null]);
  });

  it('are set aside if their date is more than a year after the period', () => {
    const later = { ...dates, today: '2026-01-01' };
    expect(rulesOf('30/09/2024', later)).toEqual(['outside-period-session-date']);
    expect(rulesOf('01/10/2024', later)).toEqual(['far-outside-period-session-date']);
  });

  it('are rejected, not set aside, if they have another error too', () => {
    const row = validatorOf(sessions, ['Case', 'Date']).validate(['1', '05/08/1923', 'spilt'], 2);
    expect(row.outcome).toBe('rejected');
  });

  it('may be before the period if the extract holds all rows so far', () => {
    const cumulative = { ...dates, holdsEarlierRows: true };
    expect(rulesOf('30/06/2020', cumulative)).toEqual([]);
    expect(rulesOf('30/06/1923', cumulative)).toEqual(['far-outside-period-session-date']);
    expect(rulesOf('01/10/2023', cumulative)).toEqual(['outside-period-session-date']);
  });

  it('are far outside by the years that the programme defines', () => {
    const narrow = {
      ...{ ...dates, today: '2026-01-01' },
      plausibility: plausibility.parse({
        ...{ yearsBeforePeriod: 1, yearsBeforePeriodOfAllRows: 2, yearsAfterPeriod: 2 },
      }),
    };
    expect(rulesOf('01/07/2022', narrow)).toEqual(['outside-period-session-date']);
    expect(rulesOf('30/06/2022', narrow)).toEqual(['far-outside-period-session-date']);
    expect(rulesOf('30/09/2025', narrow)).toEqual(['outside-period-session-date']);
    expect(rulesOf('01/10/2025', narrow)).toEqual(['far-outside-period-session-date']);
    const cumulative = { ...narrow, holdsEarlierRows: true };
    expect(rulesOf('01/07/2021', cumulative)).toEqual([]);
    expect(rulesOf('30/06/2021', cumulative)).toEqual(['far-outside-period-session-date']);
  });
});

describe('digests that a source made from a birth date', () => {
  const digest = 'AB'.repeat(32);
  const column = (name: string, kind: string, use: string) => ({
    name,
    title: name,
    type: 'string',
    'x-kinledger': { format: 'digest', identifiers: [{ kind, use, form: 'digest' }] },
  });
  const atSource = datasetSchema.parse({
    fields: [
      column('child_key', 'child-key', 'identity'),
      column('nhs_number', 'nhs-number', 'identity'),
      column('dob', 'birth-date', 'guard'),
      {
        name: 'birth_month',
        title: 'birth_month',
        type: 'string',
        'x-kinledger': { format: 'birth-month', target: { to: 'birth-month' } },
      },
    ],
    'x-kinledger': { role: 'child', naturalKey: ['nhs_number'] },
  });
  const valuesOf = (month: string) =>
    validatorOf(
      atSource,
      atSource.fields.map(({ title }) => title),
    ).validate([digest, digest, digest, month], 2).values;

  it('are removed with a birth month that is implausible for a child', () => {
    expect(valuesOf('03/2021')).toEqual([digest, digest, digest, '2021-03']);
    expect(valuesOf('03/1962')).toEqual([null, digest, null, null]);
    expect(valuesOf('10/2023')).toEqual([digest, digest, digest, '2023-10']);
    expect(valuesOf('11/2023')).toEqual([null, digest, null, null]);
  });
});

describe('the order of day and month in a column', () => {
  const sessions = datasetSchema.parse({
    fields: [
      {
        name: 'date',
        title: 'Date',
        type: 'date',
        'x-kinledger': { target: { to: 'fact', name: 'eventDate' } },
      },
    ],
    'x-kinledger': { naturalKey: ['date'], role: 'child' },
  });
  const columnsOf = (dated: readonly string[]) => {
    const validator = validatorOf(sessions, ['Date']);
    dated.forEach((date, index) => validator.validate([date], index + 2));
    return validator.dateColumns().map(({ state, doubtful }) => ({ state, doubtful }));
  };
  const times = (count: number, date: string) => Array.from({ length: count }, () => date);

  it.each([
    ['day first, plainly', ['19/07/2023', '07/08/2023'], []],
    ['nothing to tell it by', ['07/08/2023', '2023-08-07', 'soon'], []],
    [
      'one month first, and others that fit both',
      ['07/19/2023', '07/08/2023'],
      [{ state: 'contradicted', doubtful: 1 }],
    ],
    ['month first throughout', times(3, '07/19/2023'), [{ state: 'contradicted', doubtful: 0 }]],
    [
      'one slip among days first',
      [...times(4, '19/07/2023'), '07/19/2023'],
      [{ state: 'mixed', doubtful: 0 }],
    ],
    [
      'a part of the column from another system',
      [...times(20, '19/07/2023'), ...times(5, '07/19/2023'), ...times(7, '07/08/2023')],
      [{ state: 'contradicted', doubtful: 7 }],
    ],
    [
      'slips among many',
      [...times(60, '19/07/2023'), ...times(5, '07/19/2023'), ...times(7, '07/08/2023')],
      [{ state: 'mixed', doubtful: 7 }],
    ],
  ])('is detected with %s', (_case, dated, expected) => {
    expect(columnsOf(dated)).toEqual(expected);
  });

  it('does not depend on the order of the rows', () => {
    const written = fc.constantFrom('07/19/2023', '19/07/2023', '07/08/2023', '2023-07-09', '07/13/23');
    fc.assert(
      fc.property(fc.array(written, { maxLength: 40 }), fc.integer(), (dated, seed) => {
        const shuffled = dated
          .map((date, index) => ({ date, at: Math.sin(seed + index) }))
          .sort((left, right) => left.at - right.at)
          .map(({ date }) => date);
        expect(columnsOf(shuffled)).toEqual(columnsOf(dated));
      }),
    );
  });
});

describe('a cell of derived digests', () => {
  it('may be as long as all digests of a row, where other cells may not', () => {
    const schema = datasetSchema.parse({
      fields: [
        { name: 'derived', title: 'Derived', type: 'string', 'x-kinledger': { format: 'derived-digests' } },
        { name: 'note', title: 'Note', type: 'string', 'x-kinledger': {} },
      ],
      'x-kinledger': { role: 'adult' },
    });
    const validate = (...record: string[]) => validatorOf(schema, ['Derived', 'Note']).validate(record, 2);
    const digests = Array.from({ length: 64 }, (_, n) => n.toString(16).toUpperCase().padStart(64, '0'));
    const cell = `email-deletions/1=${digests.join(',')}`;
    expect(cell.length).toBeGreaterThan(4_000);
    expect(validate(cell, '').values).toEqual([cell, null]);
    expect(() => validate('', cell)).toThrow('field-too-long');
    expect(() => validate('A'.repeat(70_000), '')).toThrow('field-too-long');
  });
});
