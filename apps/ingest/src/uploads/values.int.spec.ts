import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, fileOf, upload } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

let ingest: RunningIngest;
beforeAll(async () => {
  ingest = await startIngest(inject('postgresUrl'));
});
afterAll(() => ingest.stop());

const peopleTitles =
  'Case number,Participant type,First name,Email,Carer email address,Mobile,NHS number,DOB,Gender,Postcode,Date registered,Consent given';
const sessionTitles =
  'Case number,Participant type,First name,Email,Carer email address,DOB,Gender,Session date,Session type,Attended';

/** Sends a file as the data team, and reads its error report. */
async function sent(dataset: string, period: string, titles: string, lines: readonly string[], query = '') {
  const file = [titles, ...lines, ''].join('\r\n');
  const { body } = await upload(ingest, file, { caller: 'data-team', dataset, period, query });
  const report = await ask(ingest, 'data-team', 'GET', `/v1/uploads/${body.id}/errors`);
  const found = report.text
    .split('\r\n')
    .slice(1)
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',') as [string, string, string, string, string]);
  /** The rules that a case broke, except those of missing columns. */
  const rulesOf = (caseNumber: string) =>
    found.filter(([, of]) => of === caseNumber).map(([, , , , rule]) => rule);
  return { ...body, report: report.text, rulesOf };
}

/** Removes findings on columns that these small files omit. */
const without = (findings: Readonly<Record<string, number>>, ...prefixes: readonly string[]) =>
  Object.fromEntries(
    Object.entries(findings).filter(([code]) => !prefixes.some((prefix) => code.startsWith(prefix))),
  );

describe('a file of people', () => {
  const person = (id: string, changes: Partial<Record<string, string>>) =>
    [
      id,
      'adult',
      '',
      `${id}@example.org`,
      '',
      '',
      changes['nhs'] ?? '',
      changes['dob'] ?? '01/02/1990',
      changes['gender'] ?? 'F',
      changes['postcode'] ?? 'ZZ1 1AA',
      '02/04/2024',
      'Yes',
    ].join(',');
  const people = (values: readonly string[], column: string) =>
    sent(
      'baby-steps.user',
      '2024-25-Q1',
      peopleTitles,
      values.map((value, index) => person(`p${index}`, { [column]: value })),
    );

  it('has NHS numbers repaired if no digit is lost, and reported otherwise', async () => {
    const numbers = [
      ...['943 476 5919', '943-476-5919', '9434765919.0', '9.434765919E9', '434765919', 'ABC1234567'],
      ...["'9434765919", '9.43E+09', '9434765918', '9876543210', '4010232137'],
    ];
    const file = await people(numbers, 'nhs');
    expect(file.counts).toMatchObject({ read: 11, accepted: 11, rejected: 0 });
    expect(numbers.map((_, index) => file.rulesOf(`p${index}`))).toEqual([
      [],
      ['shared-nhs-number'],
      ['repaired-nhs-number', 'shared-nhs-number'],
      ['repaired-nhs-number', 'shared-nhs-number'],
      ['wrong-length-nhs-number'],
      ['not-digits-nhs-number'],
      ['repaired-nhs-number', 'shared-nhs-number'],
      ['scientific-notation-nhs-number'],
      ['invalid-nhs-number'],
      ['placeholder-nhs-number'],
      [],
    ]);
  });

  it("has each birth date's fault reported", async () => {
    const days: readonly (readonly [string, string | undefined])[] = [
      ['43890', 'day-number'],
      ['01/02/90', 'two-digit-year'],
      ['31/02/1990', 'unreal-date'],
      ['02/13/1990', 'month-first'],
      ['29/02/1988', undefined],
      ['29/02/1989', 'unreal-date'],
      ['1988-02-29T00:00:00Z', undefined],
      ['1988-02-29 00:00:00.000', undefined],
      ['29-Feb-88', 'two-digit-year'],
      ['1st Feb 1990', undefined],
      ['Feb 1 1990', undefined],
      ['01/01/1900', 'placeholder'],
      ['00/00/0000', 'placeholder'],
      ['01/01/1899', 'year-out-of-range'],
      ['30/12/1899', 'placeholder'],
      ['1990', 'incomplete-date'],
      ['1/1/0015', 'year-out-of-range'],
      ['17/02/1990 00:00:00', undefined],
      ['17/02/1990 14:35', undefined],
      ['17/02/1990 25:00', 'time-of-day'],
      ['２９/０２/１９８８', undefined],
      ['01/02/2099', 'future-date'],
      ['29/02/2020', 'implausible-age'],
    ];
    const file = await people(
      days.map(([day]) => day),
      'dob',
    );
    expect(file).toMatchObject({ state: 'validated', counts: { read: 23, accepted: 23 } });
    expect(days.map(([day], index) => [day, ...file.rulesOf(`p${index}`)])).toEqual(
      days.map(([day, kind]) => (kind === undefined ? [day] : [day, `${kind}-date-of-birth`])),
    );
    // With one slip among day-first dates, the one ambiguous date is reported.
    expect(file.notes).toContainEqual({
      code: 'mixed-date-order',
      message: expect.stringContaining(
        '"Date of birth" has the month first in 1 row; 1 row can be read',
      ) as string,
    });
  });

  it('accepts gender as people and the NHS write it, known or not', async () => {
    const genders: readonly (readonly [string, string | undefined])[] = [
      ...['F', 'f', 'Female', 'female ', '2', '1', '9', 'X', 'Girl', 'Trans female', 'woman'].map(
        (gender) => [gender, undefined] as const,
      ),
      ...['0', 'U', 'Prefer not to say', 'Not known', 'Not stated', 'unknown'].map(
        (gender) => [gender, 'not-known-gender'] as const,
      ),
      ['femal', 'unlisted-gender'],
      ['', 'missing-gender'],
    ];
    const file = await people(
      genders.map(([gender]) => gender),
      'gender',
    );
    expect(file.counts).toMatchObject({ read: 19, accepted: 17, rejected: 2 });
    expect(genders.map(([gender], index) => [gender, ...file.rulesOf(`p${index}`)])).toEqual(
      genders.map(([gender, rule]) => (rule === undefined ? [gender] : [gender, rule])),
    );
  });

  it('accepts postcodes of the forces, and of people without an address', async () => {
    const good = [
      ...['ZZ11AA', 'zz1 1aa', 'ZZ1  1AA', 'GIR 0AA', 'BFPO 1', 'BF1 1AA', 'BFPO1', 'ZZ99 3VZ', 'ZZ99 3WZ'],
      ...['ZZ1-1AA', 'ZZ1 1AA.', 'NFA', 'No fixed abode', 'Not known', 'JE2 3AB', 'EC1A1BB', 'W1A 0AX'],
    ];
    const bad = ['SW9', 'ZZl 1AA', 'D02 AF30', 'SW1A 1AAA', 'ZZ1 IAA', 'N1 OAA'];
    const file = await people([...good, ...bad], 'postcode');
    expect(file.counts).toMatchObject({ read: 23, accepted: 17, rejected: 6 });
    expect([...good, ...bad].map((_, index) => file.rulesOf(`p${index}`))).toEqual([
      ...good.map(() => []),
      ...bad.map(() => ['invalid-postcode']),
    ]);
  });

  it('has implausible ages, initials and placeholder numbers reported, and its rows accepted', async () => {
    const file = await sent('baby-steps.user', '2024-25-Q1', peopleTitles, [
      'G1,adult,,g1@example.org,,,,01/03/2022,F,ZZ1 1AA,05/05/2024,Yes',
      'G2,child,Ann,,g2@example.org,,,01/03/1962,F,ZZ1 1AA,05/05/2024,Yes',
      'G3,child,Bob,,g3@example.org,,,01/03/2098,M,ZZ1 1AA,05/05/2024,Yes',
      'G4,adult,,g4@example.org,,,,01/01/1900,F,ZZ1 1AA,05/05/2024,Yes',
      'G5,adult,,g5@example.org,,07012345678,,02/01/1990,F,ZZ1 1AA,05/05/2024,Yes',
      'G6,adult,,g6@example.org,,07000000000,,02/01/1990,F,ZZ1 1AA,05/05/2024,Yes',
      'G7,child,Z.,,g7@example.org,,,01/03/2022,F,ZZ1 1AA,05/05/2024,Yes',
    ]);
    expect(file.counts).toMatchObject({ read: 7, accepted: 7, rejected: 0 });
    expect(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7'].map((each) => file.rulesOf(each))).toEqual([
      ['implausible-age-date-of-birth'],
      ['implausible-age-date-of-birth'],
      ['future-date-date-of-birth'],
      ['placeholder-date-of-birth'],
      ['placeholder-contact-number'],
      ['placeholder-contact-number'],
      ['initials-first-name'],
    ]);
  });
});

describe('a file of sessions', () => {
  it('has nine spellings of one address reported, eight of them recognised as it', async () => {
    const spellings = [
      ...[
        'd3@example.org',
        '<d3@example.org>',
        'mailto:d3@example.org',
        '"d3@example.org,"',
        'd3@example.org;',
      ],
      ...["'d3@example.org", 'd3@example.org?', 'D3@EXAMPLE.ORG', ' d3@example.org ', 'd3 at example.org'],
    ];
    const file = await sent(
      'natural-thinkers.engagement',
      '2020-21-Q1',
      sessionTitles,
      spellings.map((email, index) => `${index},adult,,${email},,,,0${(index % 9) + 1}/05/2020,Drop-in,Yes`),
    );
    expect(without(file.findings, 'missing-', 'undecided-')).toEqual({
      'repaired-email': 6,
      'invalid-email': 1,
    });
    expect(file.counts).toMatchObject({ read: 10, accepted: 10 });
  });

  it('counts no date far outside its period, reports it, and accepts the other rows', async () => {
    const session = (id: string, date: string) =>
      `${id},adult,,${id}@example.org,,17/02/1990,,${date},Group,Yes`;
    const lines = ['D1', 'D2', 'D3'].map((id, index) =>
      session(id, ['05/05/2021', '05/05/2091', '05/05/1921'][index] ?? ''),
    );
    const file = await sent('doorstep-library.engagement', '2021-22-Q1', sessionTitles, lines);
    expect(file).toMatchObject({ state: 'validated', counts: { read: 3, accepted: 1, rejected: 2 } });
    expect(file.rulesOf('D2')).toEqual(['future-date-session-date']);
    expect(file.rulesOf('D3')).toEqual(['far-outside-period-session-date']);
    const wrong = await sent('doorstep-library.engagement', '2021-22-Q1', sessionTitles, [
      ...lines,
      session('D4', '06/05/2091'),
      session('D5', '07/05/2091'),
      session('D6', '08/05/2091'),
    ]);
    expect(wrong).toMatchObject({
      state: 'refused',
      reason: 'wrong-period',
      notes: [{ code: 'wrong-period' }],
    });
  });

  it('is refused, with a hint, if its dates have the month first', async () => {
    const lines = ['12/19/2023', '11/02/2023', '11/15/2023', '10/04/2023', '12/07/2023'].map(
      (date, index) => `us${index},adult,,us${index}@example.org,,17/02/1990,,${date},Drop-in,Yes`,
    );
    const file = await sent('natural-thinkers.engagement', '2023-24-Q3', sessionTitles, lines);
    expect(file).toMatchObject({ state: 'refused', reason: 'month-first-dates' });
    expect(file.notes).toEqual([
      {
        code: 'month-first-dates',
        message: expect.stringContaining('format it as dd/mm/yyyy and export the file again') as string,
      },
    ]);
    expect(file.rulesOf('us0')).toEqual(['month-first-session-date']);
  });

  it('is asked for the order of day and month if no date shows it, and read as its sender says', async () => {
    const lines = ['7', '8', '9'].flatMap((month) =>
      Array.from({ length: 12 }, (_, index) => {
        const id = `ask-${month}-${index}`;
        return `${id},adult,,${id}@example.org,,17/02/1990,,${index + 1}/${month}/2023,Drop-in,Yes`;
      }),
    );
    const send = (query: string) =>
      sent('natural-thinkers.engagement', '2023-24-Q2', sessionTitles, lines, query);
    const asked = await send('');
    expect(asked).toMatchObject({ state: 'refused', reason: 'date-order-unknown' });
    expect(asked.notes).toEqual([
      { code: 'date-order-unknown', message: expect.stringContaining('monthFirst=session_date') as string },
    ]);
    const title = 'Session date';
    expect(await send('dayFirst=session_date')).toMatchObject({
      ...{ state: 'validated', notes: [] },
      read: {
        columns: [
          { field: 'date_of_birth', known: 'shown' },
          { field: 'session_date', title, written: 'day-first', known: 'declared' },
        ],
      },
    });
    const otherwise = await send('monthFirst=session_date');
    expect(otherwise.findings['outside-period-session-date']).toBe(27);
    expect(await send('monthFirst=session_type')).toMatchObject({
      type: 'urn:kinledger:problem:date-field-unknown',
    });
  });

  it('is refused if a column holds numbers of days in its first rows alone', async () => {
    const line = (index: number, date: string) =>
      `d${index},adult,,d${index}@example.org,,,,${date},Drop-in,Yes`;
    const lines = Array.from({ length: 10_500 }, (_, index) => line(index, String(45_210 + (index % 60))));
    const file = await sent('natural-thinkers.engagement', '2023-24-Q3', sessionTitles, [
      ...lines,
      line(10_500, '19/12/2023'),
    ]);
    expect(file).toMatchObject({ state: 'refused', reason: 'column-changes' });
    expect(file.notes).toContainEqual({
      code: 'column-changes',
      message: expect.stringContaining('"Session date" holds numbers of days') as string,
    });
    const read = await sent('natural-thinkers.engagement', '2023-24-Q3', sessionTitles, lines.slice(0, 20));
    expect(read).toMatchObject({
      state: 'validated',
      read: { columns: [{ field: 'session_date', written: 'day-numbers', known: 'shown' }] },
    });
  });

  it('may have a time of day after its dates', async () => {
    const lines = ['19/12/2023 10:30', '2023-12-19T23:30:00Z', '19/12/2023 1:15 pm'].map(
      (date, index) => `t${index},adult,,t${index}@example.org,,17/02/1990,,${date},Drop-in,Yes`,
    );
    const file = await sent('natural-thinkers.engagement', '2023-24-Q3', sessionTitles, lines);
    expect(file.counts).toMatchObject({ accepted: 3, warned: 0 });
  });

  it('has placeholders reported as such, and its rows accepted without them', async () => {
    const lines = Array.from(
      { length: 20 },
      (_, index) =>
        `p${index},adult,,none@none.com,,,,${String(index + 1).padStart(2, '0')}/05/2021,Drop-in,Yes`,
    );
    const file = await sent('natural-thinkers.engagement', '2021-22-Q1', sessionTitles, lines);
    expect(without(file.findings, 'missing-')).toEqual({ 'placeholder-email': 20 });
    expect(file.counts).toMatchObject({ accepted: 20, warned: 20 });
  });
});

it('does not report a placeholder as missing too', async () => {
  const { body } = await upload(ingest, fileOf({ 'Parent email': 'none@none.com' }));
  expect(body.findings).toEqual({ 'placeholder-carer-email': 1 });
});
