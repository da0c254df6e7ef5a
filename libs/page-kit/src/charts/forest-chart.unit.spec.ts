import { describe, expect, it } from 'vitest';
import { categoryColours } from './category-chart.js';
import { drawForest, type ForestChart, type RatioEstimate } from './forest-chart.js';

const [ring, square] = categoryColours.bars;
const estimate = (ratio: number, low: number, high: number): RatioEstimate => ({ ratio, low, high });

const chart = (...estimates: ForestChart['groups'][number]['estimates'][]): ForestChart => ({
  ...{ title: 'Risk ratios', description: 'With intervals', series: ['Not adjusted', 'Adjusted'] },
  groups: estimates.map((each, index) => ({
    ...{ name: `Group ${index}`, estimates: each, unknown: '[c]' },
  })),
});
const wideOf = (forest: ForestChart): string => drawForest(forest).svg.split('</svg>').at(-2) ?? '';
const count = (svg: string, pattern: RegExp): number => svg.match(pattern)?.length ?? 0;
/** Squares of estimates, without the one in the legend. */
const squares = (svg: string): number => count(svg, new RegExp(`<path [^>]*fill="${square}"`, 'g')) - 1;

describe('a chart of ratios', () => {
  it('draws a line, two ends and a shape for each estimate, and says of which group nothing is known', () => {
    const one = wideOf(chart([estimate(1.2, 1, 1.5), estimate(1.1, 0.9, 1.3)]));
    const more = wideOf(
      chart([estimate(1.2, 1, 1.5), estimate(1.1, 0.9, 1.3)], [estimate(0.8, 0.6, 1.1), null], [null, null]),
    );
    expect([squares(one), squares(more)]).toEqual([1, 1]);
    const lines = new RegExp(`stroke="${ring}"`, 'g');
    expect(count(more, lines) - count(one, lines)).toBe(3 + 1);
    expect(one).not.toContain('[c]');
    expect(count(more, />\[c\]<\/text>/g)).toBe(1);
  });

  it('places equal ratios up and down equally far from 1, with a scale that holds the intervals', () => {
    const labels = (high: number): string[] =>
      [...wideOf(chart([estimate(1, 1 / high, high), null])).matchAll(/>([\d.]+)<\/text>/g)].map(
        ([, text]) => text ?? '',
      );
    expect(labels(1.2)).toEqual(['0.8', '0.9', '1', '1.1', '1.25']);
    expect(labels(1.9)).toEqual(['0.5', '0.7', '1', '1.4', '2']);
    expect(labels(3)).toEqual(['0.25', '0.5', '1', '2', '4']);
    expect(labels(50)).toEqual(['0.1', '0.3', '1', '3', '10']);
    const centre = (svg: string): number[] =>
      [...svg.matchAll(new RegExp(`<circle cx="([\\d.]+)"[^>]*stroke="${ring}"`, 'g'))].map(([, x]) =>
        Number(x),
      );
    const [up = 0, middle = 0, down = 0] = centre(
      wideOf(
        chart([estimate(2, 1.5, 3), null], [estimate(1, 0.9, 1.1), null], [estimate(0.5, 0.4, 0.6), null]),
      ),
    );
    expect(up - middle).toBeCloseTo(middle - down, 0);
    expect(up).toBeGreaterThan(middle + 50);
  });

  it('cuts an interval at the end of the scale with an arrow, and draws no ratio beyond it', () => {
    const arrows = (forest: ForestChart): number => count(wideOf(forest), /<polygon /g);
    expect(arrows(chart([null, estimate(15, 0.05, 40)]))).toBe(2);
    expect(squares(wideOf(chart([null, estimate(15, 0.05, 40)])))).toBe(0);
    expect(arrows(chart([null, estimate(1, 0.5, 2)]))).toBe(0);
  });

  it('is the same text twice, and contains no style, script or class that a page may not have', () => {
    const forest = chart([estimate(1.2, 1, 1.5), null]);
    const { svg } = drawForest({
      ...forest,
      title: '<b>"&',
      groups: [{ ...forest.groups[0]!, name: 'constructor' }],
    });
    expect(svg).not.toMatch(/<style|<script|<b>|ecmeta|<[a-z]+[^>]* style=| on\w+="|NaN|undefined/);
    expect(drawForest(forest).svg).toBe(drawForest(forest).svg);
  });
});
