import { columnNames, reachColumns } from '@kinledger/figures';
import { describe, expect, it } from 'vitest';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { PublishedQuarterView } from '../quarters/closed-quarters.js';
import { publishedSection } from './published-section.js';

const of = { key: 'period', scope: 'programme', scopeName: 'LEAP', label: 'Q2 2023/24' };
const counts = { children: 100, adults: 50, individuals: 150, families: 45, upperBound: 160 };

const answer: FigureRowsAnswer = {
  ...{ figure: 'reach', version: 2, programme: 'LEAP', period: '2023-24-Q2', label: of.label },
  ...{ position: 41, disclosure: 'none', behindSince: null },
  rows: [{ scope: of.scope, coverage: 'files-received', suppressed: [], ...counts }],
};

const closedWith = (figure: string) => {
  const quarter: Partial<PublishedQuarterView> = {
    ...{ standing: 'published', closing: 30, publishedAt: 31 },
    figures: {
      disclosure: 'nhs-2018@2',
      figures: [
        {
          figure,
          columns: ['scope', ...Object.keys(counts)],
          rows: [['programme', 100, 50, 150, 55, 160]],
        },
      ],
    } as never,
  };
  return publishedSection(of, quarter as PublishedQuarterView, answer, columnNames(reachColumns));
};

const namesIn = (figure: string) => closedWith(figure).tables[0]?.rows.map(({ name }) => name);

describe('what a quarter published beside what is counted since', () => {
  it('has every count of a quarter that closed with the version that counts since', () => {
    expect(namesIn('reach@2')).toEqual([
      ...['Children', 'Adults', 'Children and adults', 'Families', 'At most (people)'],
    ]);
    expect(closedWith('reach@2').notes).toHaveLength(1);
    expect(closedWith('reach@2').tables[0]?.definition).toContain('; published under nhs-2018@2.');
  });

  it('leaves out what the version that closed the quarter counts otherwise, and names that version', () => {
    expect(namesIn('reach@1')).toEqual(['Children', 'Adults', 'Children and adults', 'At most (people)']);
    expect(closedWith('reach@1').notes?.[1]).toBe(
      'Left out: Families. The quarter closed with reach@1, which counts otherwise than reach@2, so that a difference would be no restatement.',
    );
    expect(closedWith('reach@1').tables[0]?.definition).toContain('published as reach@1 under nhs-2018@2.');
  });
});
