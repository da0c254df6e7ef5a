import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { likelyTitles } from './column-kinds.js';
import { compareProfiles } from './compare-profiles.js';
import { FileProfiler, type FileProfile } from './file-profile.js';

const profileOf = (header: readonly string[], records: readonly (readonly string[])[]): FileProfile => {
  const profiler = new FileProfiler(header, (text) => hash('sha256', text));
  for (const record of records) profiler.add(record);
  return profiler.profile();
};
const columnOf = (title: string, cells: readonly string[]) => {
  const [column] = profileOf([title, 'n'], cells.map((cell, index) => [cell, String(index)])).columns; // prettier-ignore
  return column!;
};
const times = <T>(number: number, cell: (index: number) => T): readonly T[] =>
  Array.from({ length: number }, (_, index) => cell(index));
const codes = (column: { readonly findings: readonly { readonly code: string; readonly cells: number }[] }) =>
  Object.fromEntries(column.findings.map(({ code, cells }) => [code, cells]));

const nhsNumbers = ['9434765919', '4505577104', '9876543210', '943 476 5870'];
const spread = (cells: readonly string[], number = 20) =>
  times(number, (index) => cells[index % cells.length]!);

describe('what a column holds', () => {
  it.each([
    ['emails', 'Contact', spread(['one@school.org', 'two@school.org']), 'email'],
    ['NHS numbers, although they are digits', 'Number', spread(nhsNumbers), 'nhs-number'],
    ['mobile numbers', 'Number', spread(['07911 123456', '+44 7911 123457']), 'mobile'],
    ['postcodes', 'Where', spread(['SW9 1AA', 'sw9 2bb']), 'postcode'],
    ['LSOA codes', 'Where', spread(['E01003014', 'E01003015']), 'lsoa'],
    ['digests', 'Email', spread(['a'.repeat(64), 'B'.repeat(64)]), 'digest'],
    ['dates', 'Seen', spread(['29/02/2020', '2020-03-01']), 'date'],
    ['dates of birth, by their title', 'Child DOB', spread(['29/02/2020', '1 March 2020']), 'birth-date'],
    ['months of birth', 'Month of birth', spread(['2020-02', '2020-03']), 'birth-month'],
    ['versions, which look like months', 'Form version', spread(['2023-2', '2023-1']), 'code'],
    ['gender', 'Client', spread(['Female', 'male', 'F']), 'gender'],
    ['yes or no', 'Lone parent', spread(['Yes', 'N']), 'boolean'],
    ['numbers, although 1 can stand for yes', 'Children', spread(['1', '0', '1']), 'integer'],
    ['weights', 'Weight', spread(['3.5', '12', '9.25']), 'number'],
    ['few values', 'Venue', spread(['Hall', 'Library', 'Park']), 'code'],
    ['case numbers', 'Client', times(20, (index) => `C-${index}`), 'row-id'],
    ['first names, by their title', 'Child’s forename', spread(['Zoë', 'Amara']), 'first-name'],
    ['surnames, by their title', 'Surname', spread(['Okafor', 'Silva']), 'name'],
    ['notes', 'Comment', spread(['a long remark about how the visit went, whom we met and when we go again', 'ok then, the family would like to be seen again after the summer holidays']), 'free-text'],
    ['nothing', 'Spare', times(20, () => ''), 'empty'],
  ])('%s', (_, title, cells, kind) => {
    expect(columnOf(title, cells)).toMatchObject({ kind });
  }); // prettier-ignore

  it('is decided by its values even where some are wrong, and these are counted by what is wrong', () => {
    const column = columnOf('Tel', [...spread(['07911123456'], 14), '7.91E+09', '7.91E+09', 'landline', '07777777777']); // prettier-ignore
    expect(column).toMatchObject({ kind: 'mobile', filled: 18, readAs: { kept: 14 } });
    expect(codes(column)).toEqual({ 'scientific-notation': 2, invalid: 1, placeholder: 1 });
  });

  it('is decided by the title where a spreadsheet has damaged all values', () => {
    const column = columnOf('Date of visit', spread(['43890', '43891']));
    expect(column.kind).toBe('date');
    expect(codes(column)).toEqual({ 'day-number': 20 });
  });

  it('counts words for "no value" apart, unless they are a value of the column', () => {
    expect(columnOf('Email', [...spread(['one@school.org'], 8), 'n/a', 'N/A', 'unknown', ''])).toMatchObject({
      filled: 8,
      empty: 1,
      noValue: [
        { value: 'n/a', cells: 2 },
        { value: 'unknown', cells: 1 },
      ],
    });
  });

  it('says that dates which can be read either way are doubtful beside dates with the month first', () => {
    const column = columnOf('Visit', [...spread(['12/25/2023'], 9), ...spread(['03/04/2023'], 9)]);
    expect(codes(column)).toEqual({ 'month-first': 9, 'mixed-date-order': 9 });
  });

  it('counts odd cells, whatever the column holds', () => {
    const column = columnOf('Venue', [...spread(['Hall'], 40), ' Hall ', 'hall', 'HALL', 'CafÃ©', '=A1', 'two\nlines', 'Ha\u200bll']); // prettier-ignore
    expect(column.oddities).toEqual({
      'outer-space': 1,
      'spelt-differently': 2,
      'wrong-encoding': 1,
      formula: 1,
      'line-break': 1,
      'invisible-character': 1,
    });
  });

  it('finds nothing odd in minus signs, dashes and telephone numbers', () => {
    expect(columnOf('Change', spread(['-3', '-', '+44 7911 123456'])).oddities).toEqual({});
  });
});

describe('a profile', () => {
  it('shows no value that stands in fewer than five cells', () => {
    const text = JSON.stringify(
      profileOf(
        ['Name', 'Email', 'Born', 'Venue', 'Note'],
        times(40, (index): readonly string[] => [
          `Person${index % 20}`,
          `mailbox${index % 20}@school.org`,
          `${(index % 27) + 1}/02/2020`,
          index < 3 ? 'Secret place' : 'Hall',
          `Remark${index % 13}`,
        ]),
      ),
    );
    expect(text).toContain('"Hall"');
    for (const shown of ['Person', 'mailbox', '2020', 'Secret', 'Remark']) expect(text).not.toContain(shown);
  });

  it('counts rows, blank rows, repeated rows and rows of another width', () => {
    const profile = profileOf(
      ['a', 'A', ''],
      [['1', '2', '3'], ['1', '2', '3'], ['', ' ', ''], ['4', '5'], ['6', '7', '8', '9']],
    ); // prettier-ignore
    expect(profile).toMatchObject({ rows: 4, blankRows: 1 });
    expect(codes(profile)).toEqual({
      'repeated-row': 1,
      'extra-cells': 1,
      'too-few-cells': 1,
      'repeated-title': 1,
      'column-without-title': 1,
    });
  });

  it('proposes a field for each column that a schema can hold', () => {
    const { columns } = profileOf(
      ['Case ID', 'Session type', 'Session type', '1st contact'],
      times(20, (index) => [`C${index}`, index % 2 === 0 ? 'Group' : 'Home', 'Hall', '01/02/2020']),
    );
    expect(columns.map(({ proposed }) => [proposed.name, proposed.type, proposed.constraints.enum])).toEqual([
      ['case_id', 'string', undefined],
      ['session_type', 'string', ['Group', 'Home']],
      ['session_type', 'string', ['Hall']],
      ['st_contact', 'date', undefined],
    ]);
    expect(columns[0]!.likelyIdentifier?.because).toMatch('every value stands once');
  });
});

describe('an earlier profile', () => {
  it('shows what was corrected, what is left and what is new, wherever the columns stand', () => {
    const before = profileOf(['Tel', 'Seen'], times(20, (index) => ['07911123456', index < 4 ? '12/25/2023' : '25/12/2023'])); // prettier-ignore
    const now = profileOf(['Seen', 'TEL', 'New'], times(22, (index) => ['25/12/2023', index < 2 ? 'none of these' : '07911123456', '1'])); // prettier-ignore
    expect(compareProfiles(JSON.parse(JSON.stringify(before)) as FileProfile, now)).toMatchObject({
      rows: { before: 20, now: 22 },
      addedColumns: ['New'],
      removedColumns: [],
      findings: [
        { code: 'month-first', before: 4, now: 0 },
        { code: 'repeated-row' },
        { title: 'TEL', code: 'invalid', before: 0, now: 2 },
      ],
    });
  });
});

describe('column titles of an unknown file', () => {
  it('are told from headings and from rows of data', () => {
    expect(likelyTitles(['Quarterly report', '', ''])).toBe(0);
    expect(likelyTitles(['Case ID', 'Date of birth', 'E-mail'])).toBe(3);
    expect(likelyTitles(['17', '01/02/2020', 'one@school.org'])).toBe(0);
  });
});
