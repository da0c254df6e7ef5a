import { feedback, figures, outcomes, targets, type Figure } from '@kinledger/figures';
import { describe, expect, it } from 'vitest';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import { figureSection, type Extent } from './figure-section.js';
import { shownFigures } from './presentations.js';

const of = {
  ...{ key: 'period', scope: 'service:baby-steps', scopeName: 'Baby Steps', label: 'Q2 2023/24' },
};

const answered = (rows: readonly Readonly<Record<string, unknown>>[]): FigureRowsAnswer => ({
  ...{ figure: 'any', version: 1, programme: 'LEAP', period: '2023-24-Q2', label: 'Q2 2023/24' },
  ...{ position: 41, disclosure: 'none', behindSince: null },
  rows: rows.map((row): AnsweredRow => ({
    scope: of.scope,
    coverage: 'files-received',
    suppressed: [],
    ...row,
  })),
});

const presented = (id: string) => shownFigures.find(([figure]) => figure.id === id)!;

const shown = (
  id: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  extent: Extent = 'everything',
  part: Partial<typeof of> = {},
) => {
  const [figure, presentation] = presented(id);
  return figureSection({ ...of, ...part }, figure, answered(rows), presentation, extent);
};

describe('a section of a figure', () => {
  it('draws the columns of its table, and says what they show in one sentence', () => {
    const section = shown('participation', [
      { registered: 40, declined: 3, started: 30, minimumReached: 12, completed: 5, left: 9 },
    ]);
    expect(section?.finding).toBe(
      'Baby Steps, Q2 2023/24: 30 children and adults started, 12 reached the minimum of sessions, 5 completed and 9 left.',
    );
    expect(section?.chart?.bars[0].values).toEqual([40, 3, 30, 12, 5, 9]);
    expect(section?.tables[0]?.rows.map(({ name, cells, status }) => [name, cells[0], status])).toEqual([
      ['Referred', null, 'Not known'],
      ['Consented and registered', 40, 'Counted'],
      ['Declined', 3, 'Counted'],
      ['Started', 30, 'Counted'],
      ['Reached the minimum', 12, 'Counted'],
      ['Completed', 5, 'Counted'],
      ['Left', 9, 'Counted'],
    ]);
  });

  it('says nothing of a suppressed count, and draws it as suppressed', () => {
    const steps = { registered: 40, declined: 8, started: 30, minimumReached: 12, completed: null, left: 9 };
    const section = shown('participation', [{ ...steps, suppressed: ['completed'] }]);
    expect(section?.finding).toBeUndefined();
    expect(section?.chart?.bars[0].values[4]).toBeNull();
    expect(section?.chart?.unknown).toContain('[c]');
    expect(section?.tables[0]?.rows[5]).toMatchObject({
      cells: ['[c]', expect.any(String)],
      status: 'Suppressed',
    });
    const bands = [
      { band: '0', minimum: 3, intended: 6, children: 8, adults: null, suppressed: ['adults'] },
      { band: 'intended', minimum: 3, intended: 6, children: 10, adults: 10 },
    ];
    expect(shown('dosage', bands)?.finding).toBeUndefined();
    expect(shown('dosage', [bands[1]!])?.finding).toContain('20 of 20 children and adults (100.0 %)');
  });

  it('finds no minimum of sessions where a service has none', () => {
    const none = { minimum: null, intended: null };
    const bands = [
      { ...none, band: '0', children: 12, adults: 0 },
      { ...none, band: null, children: 30, adults: 0 },
    ];
    expect(shown('dosage', bands)?.finding).toBeUndefined();
  });

  it('names bands of sessions in words', () => {
    const bands = ['0', '1', 'below-minimum', 'minimum', 'intended', null];
    const rows = bands.map((band) => ({ band, minimum: 4, intended: 8, children: 1, adults: 2 }));
    expect(shown('dosage', rows)?.tables[0]?.rows.map(({ name }) => name)).toEqual([
      'Registered, no session',
      'One session, below the minimum',
      '2 to 3 sessions, below the minimum',
      '4 to 7 sessions, the minimum',
      '8 sessions or more, as intended',
      'Not known, or no numbers defined',
    ]);
  });

  it('shows a provider what its own rows say, without families and without what others told', () => {
    const target = {
      target: 10,
      greenFrom: 10,
      amberFrom: 9,
      reached: 10,
      reachedPercent: 100,
      rating: 'green',
    };
    const rows = ['children', 'families'].map((whom) => ({
      targetPeriod: '2023-24-Q2',
      of: whom,
      ...target,
    }));
    expect(shown('targets', rows)?.tables[0]?.rows).toHaveLength(2);
    expect(shown('targets', rows, 'own rows')?.tables[0]?.rows.map(({ name }) => name)).toEqual([
      '2023 24 Q2, children',
    ]);
    expect(shown('reach-by-area', [{ area: 'in', children: 1, adults: 1 }], 'own rows')).toBeUndefined();
    const people = { newChildren: 3, newAdults: 2, newFamilies: 2, returningChildren: 1, returningAdults: 1 };
    const fresh = [{ ...people, returningFamilies: 1, newIndividuals: 5, returningIndividuals: 2 }];
    expect(shown('reach-new-and-returning', fresh)?.tables[0]?.rows.map(({ name }) => name)).toEqual([
      ...['Children', 'Adults', 'Families'],
    ]);
    expect(
      shown('reach-new-and-returning', fresh, 'own rows')?.tables[0]?.rows.map(({ name }) => name),
    ).toEqual([...['Children', 'Adults']]);
    // Of the lifetime everybody is new.
    expect(shown('reach-new-and-returning', fresh, 'everything', { key: 'lifetime' })).toBeUndefined();
  });

  it('adds up answers and pairs of its rows alone', () => {
    const scored = (pairs: number, improved: number, same: number, worse: number) => ({
      ...{ domain: 'd', outcome: 'o', instrument: 'i', measure: 'm', pairs, improved, same, worse },
    });
    expect(shown(outcomes.id, [scored(10, 6, 3, 1), scored(10, 4, 5, 1)])?.finding).toBe(
      'Baby Steps, Q2 2023/24: 10 of 20 pairs of a first and a last score (50.0 %) improved, 8 stayed the same and 2 became worse.',
    );
    const said = (respondent: string, answers: number, topTwo: number) => ({
      ...{ question: 'recommend', respondent, answers, topTwo, topTwoPercent: 50 },
    });
    expect(shown(feedback.id, [said('families', 30, 15), said('workforce', 9, 9)])?.finding).toBe(
      'Baby Steps, Q2 2023/24: 15 of 30 answers of families (50.0 %) are one of the two highest.',
    );
    const rated = ['green', 'red', null].map((rating) => ({ targetPeriod: 'x', of: 'children', rating }));
    expect(shown(targets.id, rated)?.finding).toBe(
      'Baby Steps, Q2 2023/24: of 2 targets with a rating, 1 is green, 0 amber and 1 red.',
    );
  });

  it('draws no more bars than a narrow screen has room for, and says what it leaves out', () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({
      one: `a${index}`,
      other: 'b',
      children: index,
      adults: 0,
      individuals: index,
    }));
    const chart = shown('service-pairs', rows)?.chart;
    expect(chart?.categories).toHaveLength(12);
    expect(chart?.bars[0].values[0]).toBe(8);
    expect(chart?.description).toContain('It draws the longest 12 of 20 bars.');
    // One bar shows nothing that its number does not.
    expect(shown('service-pairs', rows.slice(0, 1))?.chart).toBeUndefined();
  });

  it('has legends that stand on one line on a narrow screen', () => {
    for (const [{ id }, { drawn, lines }] of shownFigures) {
      const legends = [
        ...(drawn?.bars ?? []).map(([, legend]) => legend),
        ...(drawn?.mark === undefined ? [] : [drawn.mark[1]]),
        ...(lines?.heads.slice(1) ?? []),
      ];
      // In pixels: 330 are there, 34 for each symbol and its gaps, and 8.4 for a letter.
      const width = legends.reduce((sum, legend) => sum + 34 + 8.4 * legend.length, 0);
      expect({ id, fits: width <= 330 }).toEqual({ id, fits: true });
    }
  });

  it('asks each figure for columns that it has', () => {
    const columnsOf = (figure: Figure) => Object.keys({ ...figure.columns, ...figure.derived });
    for (const [figure, { lines, drawn, stated, own }] of shownFigures) {
      expect(figures).toContain(figure);
      const named = [
        ...(lines?.lines.flatMap(({ columns }) => columns) ?? []),
        ...[...(drawn?.bars ?? []), ...(drawn?.mark === undefined ? [] : [drawn.mark])].map(
          ([column]) => column,
        ),
        ...(stated ?? []),
        ...(own?.without ?? []),
      ];
      expect({ figure: figure.id, lacks: named.filter((name) => !columnsOf(figure).includes(name)) }).toEqual(
        {
          ...{ figure: figure.id, lacks: [] },
        },
      );
    }
  });
});
