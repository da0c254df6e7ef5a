import { describe, expect, it } from 'vitest';
import type { QualityRow } from '../submissions/submissions.js';
import { coverageSection, qualitySections } from './quality-sections.js';

const of = { key: 'q', scope: 'service:baby-steps', scopeName: 'Baby Steps', label: 'Q2 2023/24' };

const row = (changes: Partial<QualityRow>): QualityRow => ({
  ...{ service: 'baby-steps', dataset: 'baby-steps.user', dataType: 'user', period: '2023-24-Q2' },
  ...{ files: 1, receivedOn: '2023-10-11', read: 200, accepted: 190, warned: 8, rejected: 10, duplicate: 0 },
  ...{ linked: 171, unlinkable: 15, referred: 4, findings: {} },
  ...changes,
});

const sections = (rows: readonly QualityRow[], byPeriod = false) =>
  qualitySections(of, {
    ...{ rows, byPeriod, position: 41 },
    names: new Map([
      ['baby-steps.user', { dataset: 'baby-steps.user', serviceName: 'Baby Steps', dataType: 'user' }],
    ]),
  });

describe('the quality of files', () => {
  it('adds up rows and gives shares of what they are shares of', () => {
    const [rows] = sections([row({}), row({ dataset: 'baby-steps.engagement', read: 100, accepted: 100 })]);
    expect(rows?.finding).toBe(
      'Baby Steps, Q2 2023/24: 290 of 300 rows were accepted (96.7 %), and of those that name somebody 342 could be linked (90.0 %).',
    );
    const [first, , all] = rows?.tables[0]?.rows ?? [];
    expect(first).toEqual({
      name: 'Baby Steps: people',
      cells: [1, 200, 190, '95.0 %', 10, 8],
      ...{ status: 'Counted', isWhole: false },
    });
    expect(all).toMatchObject({ name: 'All', cells: [2, 300, 290, '96.7 %', 20, 16] });
    expect(rows?.tables[1]?.rows[2]?.cells).toEqual([342, 30, 8, '90.0 %']);
  });

  it('says what is missing or not valid most often, over all files', () => {
    const findings = { 'missing-nhs-number': 40, 'invalid-postcode': 3 };
    const [, found] = sections([
      row({ findings }),
      row({ period: '2023-24-Q1', findings: { 'invalid-postcode': 2 } }),
    ]);
    expect(found?.finding).toBe(
      'The commonest finding is “NHS number is missing”, in 40 of 400 rows read (10.0 %).',
    );
    expect(found?.tables[0]?.rows.map(({ name, cells }) => [name, ...cells])).toEqual([
      ['NHS number is missing', 40, '10.0 %'],
      ['Postcode is not valid', 5, '1.3 %'],
    ]);
    expect(sections([row({})])[1]?.finding).toContain('Nothing was found');
  });

  it('counts days from the end of a period until its files came', () => {
    const late = row({ period: '2023-24-Q1', receivedOn: '2023-08-30' });
    const early = row({ period: '2023-24-Q3', receivedOn: '2023-12-30' });
    const [, , times] = sections([row({}), late, early]);
    expect(times?.tables[0]?.rows.map(({ cells }) => cells[1])).toEqual([10, 60, -2]);
    expect(times?.finding).toBe(
      'Half of the 3 returns had come 10 days after the end of their period, or earlier.',
    );
  });

  it('shows each period of a service, where that is asked', () => {
    const [rows] = sections([row({}), row({ period: '2023-24-Q3' })], true);
    expect(rows?.tables[0]?.rows.map(({ name }) => name)).toEqual([
      'Baby Steps: people, Q2 2023/24',
      'Baby Steps: people, Q3 2023/24',
      'All',
    ]);
  });

  it('is nothing without files, and says so of files without rows', () => {
    expect(sections([])).toEqual([]);
    const empty = { read: 0, accepted: 0, warned: 0, rejected: 0, linked: 0, unlinkable: 0, referred: 0 };
    expect(sections([row(empty)])[0]?.finding).toBe('Baby Steps, Q2 2023/24: the files hold no rows.');
    expect(sections([row({ receivedOn: null })])).toHaveLength(2);
  });

  it('counts the quarters that a file of attendance covers', () => {
    const quarter = (label: string, coverage: 'files-received' | 'no-files') => ({
      ...{ period: label, label, coverage, children: null, adults: null, families: null, individuals: null },
      ...{ unlinkable: null, referred: null, indistinct: null, upperBound: null, suppressed: [] },
    });
    const quarters = [
      quarter('Q1', 'files-received'),
      quarter('Q2', 'no-files'),
      quarter('Q3', 'files-received'),
    ];
    const frame = {
      ...{ programme: 'LEAP', scope: 'service:baby-steps', position: 41 },
      ...{ behindSince: null, disclosure: 'none' },
    };
    const section = coverageSection(of, { ...frame, quarters });
    expect(section.finding).toBe('Baby Steps: a file of attendance covers 2 of 3 quarters (66.7 %).');
    expect(section.tables[0]?.rows.map(({ cells }) => cells[0])).toEqual([
      'Received',
      'Not received',
      'Received',
    ]);
  });
});
