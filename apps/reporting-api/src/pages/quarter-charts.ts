import { SUPPRESSED } from '@kinledger/figures';
import { categoryCharts, type CategoryChart, type CategoryCharts } from '@kinledger/page-kit';
import type { QuartersAnswer } from '../figures/reach-answer.js';

type Quarter = Pick<
  QuartersAnswer['quarters'][number],
  'label' | 'children' | 'adults' | 'families' | 'suppressed'
>;

/** Reach by quarter: children and adults as stacked bars, families as a mark where they are shown. */
export const quarterChart = (
  quarters: readonly Quarter[],
  scopeName: string,
  { withFamilies }: { readonly withFamilies: boolean } = { withFamilies: true },
): CategoryChart => ({
  title: `Reach by quarter: ${scopeName}`,
  description: `Bars of children and adults${withFamilies ? ', and a mark for families' : ''}, quarter by quarter. The table that follows holds the same figures.`,
  categories: quarters.map(({ label }) => label),
  bars: [
    { name: 'Children', values: quarters.map(({ children }) => children) },
    { name: 'Adults', values: quarters.map(({ adults }) => adults) },
  ],
  ...(withFamilies ? { marks: { name: 'Families', values: quarters.map(({ families }) => families) } } : {}),
  unknown: quarters.map(({ suppressed }) => (suppressed.length > 0 ? SUPPRESSED : 'No files')),
  order: 'time',
});

export const quarterCharts = (quarters: readonly Quarter[], scopeName: string): Promise<CategoryCharts> =>
  categoryCharts(quarterChart(quarters, scopeName));
