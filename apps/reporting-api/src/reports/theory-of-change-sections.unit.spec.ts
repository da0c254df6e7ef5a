import { describe, expect, it } from 'vitest';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { TheoryOfChange } from '../figures/theory-of-change.js';
import { theorySections } from './theory-of-change-sections.js';

const answer = (...rows: readonly object[]): FigureRowsAnswer => ({
  ...{ figure: 'f', version: 1, programme: 'P', period: 'lifetime', label: 'Lifetime' },
  ...{ position: 9, disclosure: 'none', behindSince: null },
  rows: rows.map((row): AnsweredRow => ({ coverage: 'files-received', suppressed: [], ...row })),
});
const measure = (id: string, outcome: string, rest: object = {}) => ({
  ...{ id, name: `Measure ${id}`, outcome, term: 'medium' as const, dataset: 'steps.outcome' },
  ...{ of: { instrument: 'scale', measure: id }, better: 'higher' as const },
  ...rest,
});
const theory: TheoryOfChange = {
  domains: [
    {
      ...{ code: '1', name: 'Development' },
      outcomes: [
        { code: '1.1', name: 'Attachment' },
        { code: '1.2', name: 'Speech' },
        { code: '1.3', name: 'Diet' },
      ],
    },
    { code: '2', name: 'Spaces', outcomes: [{ code: '2.1', name: 'Safe spaces' }] },
  ],
  measures: [
    measure('attachment', '1.1'),
    measure('distress', '1.1', { better: 'lower' }),
    measure('heard', '1.1', { dataset: 'steps.feedback', of: { question: 'heard' } }),
    measure('speech', '1.2', { dataset: 'school.outcome', term: 'long' }),
    measure('weight', '1.2', { dataset: 'school.outcome' }),
  ],
  collectiveImpact: [{ id: 'talks', name: 'Talks well', measures: ['speech'] }],
};
const pair = (name: string, rest: object) => ({
  ...{ scope: 'service:steps', outcome: '1.1', instrument: 'scale', measure: name, pairs: 30 },
  ...rest,
});
const told = (pairs: FigureRowsAnswer, impact = answer()) => {
  const feedback = answer({
    ...{ scope: 'service:steps', question: 'heard', respondent: 'families', answers: 40, topTwo: 30 },
    ...{ topTwoPercent: 75, topTwoPercentLow: 59.8, topTwoPercentHigh: 85.8 },
  });
  const sections = theorySections(
    theory,
    { pairs, feedback, impact, administrative: new Set(['school']) },
    'All periods',
  );
  const rows = sections.flatMap(({ id, tables }) =>
    tables.flatMap((table) =>
      table.rows.map(({ name, cells, status }) => ({ id, row: [name, ...cells, status] })),
    ),
  );
  return { sections, rowsOf: (id: string) => rows.filter((each) => each.id === id).map(({ row }) => row) };
};

describe('the sections of a theory of change', () => {
  it('tell a change as better or worse by which way is an improvement, and none where the interval includes 0', () => {
    const { rowsOf } = told(
      answer(
        pair('attachment', { meanChange: 1.25, changeLow: -0.1, changeHigh: 2.6 }),
        pair('distress', { meanChange: -2, changeLow: -3, changeHigh: -1 }),
      ),
    );
    expect(rowsOf('theory-1').slice(0, 3)).toEqual([
      [
        ...[
          '1.1 Attachment',
          'Measure attachment (medium term; higher is better)',
          'Mean change +1.25 points',
        ],
        ...['30 pairs', 'No change found', '−0.10 to +2.60', 'Counted'],
      ],
      [
        ...['1.1 Attachment', 'Measure distress (medium term; lower is better)', 'Mean change −2.00 points'],
        ...['30 pairs', 'Better', '−3.00 to −1.00', 'Counted'],
      ],
      [
        ...['1.1 Attachment', 'Measure heard (medium term; higher is better)'],
        ...['75.0 % gave one of the two highest answers', '40 answers', 'None: asked once'],
        ...['59.8 % to 85.8 %', 'Counted'],
      ],
    ]);
    const worse = told(answer(pair('attachment', { meanChange: -2, changeLow: -3, changeHigh: -1 })));
    expect(worse.rowsOf('theory-1')[0]?.[4]).toBe('Worse');
  });

  it('tell results that are measured once by their association, and name what has no data or no measure', () => {
    const impact = answer(
      {
        ...{ outcome: 'talks', group: 'any', people: 20, achieved: 12 },
        ...{ adjustedRiskRatio: 1.1, adjustedRiskRatioLow: 0.9, adjustedRiskRatioHigh: 1.3 },
      },
      { outcome: 'talks', group: 'none', people: 10, achieved: 5 },
    );
    const { rowsOf, sections } = told(answer(pair('attachment', { pairs: 0 })), impact);
    expect(rowsOf('theory-1').slice(3)).toEqual([
      [
        ...['1.2 Speech', 'Measure speech (long term; higher is better)'],
        'Talks well: adjusted risk ratio 1.10 against children whose family had used no service',
        ...['30 children', 'No association found', '0.90 to 1.30', 'Counted'],
      ],
      [
        ...['1.2 Speech', 'Measure weight (medium term; higher is better)', null, null, null, null],
        'No figure: measured once, and of no outcome of collective impact',
      ],
      ['1.3 Diet', 'No measure', null, null, null, null, 'No data collected: no measure'],
    ]);
    expect(rowsOf('theory-1')[0]?.at(-1)).toBe('No data collected: no pair of a first and a last score');
    expect(rowsOf('theory-overview')).toEqual([
      ['1. Development', 3, 2, 2, 1, 'Counted'],
      ['2. Spaces', 1, 0, 0, 1, 'No data collected'],
      ['All domains', 4, 2, 2, 2, 'Counted'],
    ]);
    expect(sections.map(({ finding }) => finding)).toEqual([
      'All periods: of 4 outcomes, 2 have a measure, and of 2 the data says something.',
      'All periods: the data says something of 2 of 3 outcomes.',
      'All periods: no data collected of any outcome (1 in all).',
      undefined,
    ]);
  });

  it('count no outcome as one with data where too few children have a result for a ratio', () => {
    const impact = answer(
      { outcome: 'talks', group: 'any', people: 2, achieved: 1, adjustedRiskRatio: null },
      { outcome: 'talks', group: 'none', people: 1, achieved: 1, adjustedRiskRatio: null },
    );
    const { rowsOf, sections } = told(answer(), impact);
    expect(rowsOf('theory-1')[3]).toEqual([
      ...['1.2 Speech', 'Measure speech (long term; higher is better)', null, '3 children', null, null],
      'Talks well: too few for a ratio',
    ]);
    // The question of families alone has an answer.
    expect(sections[0]?.finding).toContain('of 1 the data says something');
  });
});
