import { describe, expect, it } from 'vitest';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { MeetingAction } from '../meetings/meeting-action.js';
import type { QualityRow } from '../submissions/submissions.js';
import {
  answersSection,
  filesSections,
  issuesSection,
  targetsSection,
  type ScoredService,
} from './scorecard-sections.js';

const quality = (period: string, rest: Partial<QualityRow> = {}): QualityRow => ({
  ...{ service: 'real', dataset: 'real.user', dataType: 'user', period, files: 1 },
  ...{ receivedOn: '2023-10-11', read: 200, accepted: 190, warned: 0, rejected: 10, duplicate: 0 },
  ...{ linked: 150, unlinkable: 45, referred: 5, findings: {} },
  ...rest,
});
const row = (values: Readonly<Record<string, unknown>>): AnsweredRow => ({
  ...{ coverage: 'files-received', suppressed: [] },
  ...(values as Readonly<Record<string, string | number | null>>),
});
const service = (rest: Partial<ScoredService> = {}): ScoredService => ({
  ...{ service: 'real', name: 'Making it REAL', quality: [], feedback: [], outcomes: [], targets: [] },
  actions: [],
  ...rest,
});

const of = { supplier: 'Toys', position: 41 };
const quarters = [
  { code: '2023-24-Q1', label: 'Q1 2023/24' },
  { code: '2023-24-Q2', label: 'Q2 2023/24' },
];

describe('the scorecard of a supplier', () => {
  it('has timeliness, completeness, validity and linkable share of each quarter, and of each service', () => {
    const findings = {
      'missing-postcode': 20,
      'placeholder-email': 4,
      'invalid-postcode': 6,
      'repaired-email': 90,
    };
    const services = [
      service({
        quality: [quality('2023-24-Q2', { findings }), quality('2023-24-Q1', { receivedOn: '2023-06-20' })],
      }),
      service({
        name: 'Steps',
        quality: [
          quality('2023-24-Q2', { receivedOn: '2023-11-20', linked: 200, unlinkable: 0, referred: 0 }),
        ],
      }),
    ];
    const [section] = filesSections(of, services, quarters);
    expect(section?.finding).toBe(
      'Toys, Q2 2023/24: half of 2 returns had come 10 days after the end of the quarter or earlier, and 350 of 400 rows that name somebody (87.5 %) could be linked.',
    );
    expect(section?.tables.map(({ rows }) => rows.map(({ name, cells }) => [name, ...cells]))).toEqual([
      [
        ['Q1 2023/24', 1, -11, '95.0 %', 0, 0, '75.0 %'],
        ['Q2 2023/24', 2, 10, '95.0 %', 6, 1.5, '87.5 %'],
      ],
      [
        ['Making it REAL', 1, 10, '95.0 %', 12, 3, '75.0 %'],
        ['Steps', 1, 50, '95.0 %', 0, 0, '100.0 %'],
      ],
    ]);
    expect(section?.chart?.bars[0].values).toEqual([75, 87.5]);
  });

  it('knows nothing of a quarter without files, instead of counting 0', () => {
    const [section] = filesSections(of, [service()], quarters);
    expect(section?.finding).toBe('Toys: no file stands for Q2 2023/24.');
    expect(section?.chart).toBeUndefined();
    expect(section?.tables[0]?.rows[0]).toMatchObject({
      ...{ cells: [0, null, null, null, null, null], status: 'No files received' },
    });
  });

  it('rates reach against targets, and names what is not known', () => {
    const target = { targetPeriod: '2023-24-Q2', of: 'children', target: 10 };
    const services = [
      service({ targets: [row({ ...target, reached: 12, rating: 'green' })] }),
      service({
        name: 'Steps',
        targets: [row({ ...target, coverage: 'no-files', reached: null, rating: null })],
      }),
    ];
    const section = targetsSection(of, services);
    expect(section.finding).toBe('Toys: 1 of 1 target (100.0 %) is green.');
    expect(section.tables[0]?.rows.map(({ name, cells, status }) => [name, ...cells, status])).toEqual([
      ['Making it REAL, Q2 2023/24, children', 12, 10, '120.0 %', 'green', 'Counted'],
      ['Steps, Q2 2023/24, children', null, 10, null, null, 'No files received'],
    ]);
    expect(targetsSection(of, [service()]).finding).toBe('Toys: no target has a rating.');
  });

  it('adds up answers of families and pairs of its services, in the quarter of each', () => {
    const said = (start: string, respondent: string, answers: number, topTwo: number) =>
      row({ start, respondent, answers, topTwo });
    const services = [
      service({
        feedback: [said('2023-07-01', 'families', 30, 15), said('2023-07-01', 'workforce', 9, 9)],
        outcomes: [row({ start: '2023-07-01', pairs: 6, noLast: 3, outsideWindow: 1, otherInformant: 0 })],
      }),
      service({ feedback: [said('2023-07-01', 'families', 10, 9), said('2023-04-01', 'families', 5, 1)] }),
    ];
    const section = answersSection(of, services, quarters);
    expect(section.finding).toBe(
      'Toys, Q2 2023/24: 24 of 40 answers of families (60.0 %) are one of the two highest, and 6 first scores have a last one.',
    );
    expect(section.tables.map(({ rows }) => rows.map(({ cells }) => cells))).toEqual([
      [
        [5, 1, '20.0 %'],
        [40, 24, '60.0 %'],
      ],
      [
        [0, 0, null],
        [6, 4, '60.0 %'],
      ],
    ]);
  });

  it('counts open actions alone, with the first due date', () => {
    const action = (state: MeetingAction['state'], due: string): MeetingAction => ({
      ...{ id: '0'.repeat(32), service: 'real', period: '2023-24-Q2', version: 1, text: 'Send the files' },
      ...{ owner: 'Lead', due, state, history: [] },
    });
    const actions = [
      action('open', '2024-02-01'),
      action('open', '2024-01-05'),
      action('done', '2023-12-01'),
    ];
    const section = issuesSection(of, [service({ actions, quality: [quality('2023-24-Q2')] })]);
    expect(section.finding).toBe('Toys: 2 actions of data meetings are open.');
    expect(section.tables.map(({ rows, position }) => [rows[0]?.cells, position])).toEqual([
      // Actions are not in the ledger.
      [[2, '5 January 2024'], null],
      [[5], 41],
    ]);
  });
});
