import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuartersAnswer } from '../figures/reach-answer.js';
import { leftOutWhenNarrow, quarterCharts } from './quarter-chart.js';

type Quarter = Omit<QuartersAnswer['quarters'][number], 'suppressed'>;

const quarter = (children: number | null, families = children): Quarter => ({
  ...{
    period: '2023-24-Q2',
    label: 'Q2 2023/24',
    coverage: children === null ? 'no-files' : 'files-received',
  },
  ...{ children, adults: children, families, individuals: children === null ? null : 2 * children },
  ...{
    unlinkable: children === null ? null : 0,
    referred: children === null ? null : 0,
    indistinct: children === null ? null : 0,
    upperBound: children,
  },
});

/** Relative luminance of a colour, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

const styles = readFileSync(new URL('../../assets/reports.css', import.meta.url), 'utf8');
const colourOf = (part: string, property: string): string =>
  new RegExp(`\\.kl-chart__${part} \\{[^}]*${property}: (#[0-9a-f]{6})`).exec(styles)?.[1] ?? 'none';

describe('the chart by quarter', () => {
  it('has a contrast of 3:1 or more with the page and between its parts', () => {
    const white = '#ffffff';
    const [children, adults] = [colourOf('children', 'fill'), colourOf('adults', 'fill')];
    const families = colourOf('families', 'stroke');
    expect(contrast('#000000', white)).toBeCloseTo(21);
    for (const [one, other] of [
      [children, white],
      [adults, white],
      [children, adults],
      [families, white],
      [families, colourOf('halo', 'stroke')],
    ] as const) {
      expect({ one, other, contrast: contrast(one, other) }).toMatchObject({
        contrast: expect.toSatisfy((ratio: number) => ratio >= 3) as number,
      });
    }
  });

  it('draws no bar for a quarter with unknown counts', () => {
    const bars = (charts: string) => charts.match(/<rect class="kl-chart__children"/g)?.length;
    const legends = 3;
    expect(bars(quarterCharts([quarter(4), quarter(null), quarter(2)]))).toBe(3 * 2 + legends);
    expect(quarterCharts([quarter(null)])).toContain('No files');
  });

  it('leaves out the earliest quarters on a narrow screen only', () => {
    const many = Array.from({ length: 32 }, () => quarter(3));
    expect(leftOutWhenNarrow(many)).toBe(20);
    expect(leftOutWhenNarrow(many.slice(-12))).toBe(0);
  });

  it('keeps the labels of many quarters apart and within the frame', () => {
    for (const count of [1, 5, 12, 32, 60]) {
      const charts = quarterCharts(Array.from({ length: count }, () => quarter(3)))
        .split('</svg>')
        .slice(1, 3);
      for (const chart of charts) {
        const width = Number(/viewBox="0 0 (\d+)/.exec(chart)?.[1]);
        const middles = [...chart.matchAll(/<text x="([^"]+)"[^>]*>Q2/g)].map(([, x]) => Number(x));
        expect(middles.length).toBeGreaterThan(0);
        expect(Math.max(...middles) + 40).toBeLessThanOrEqual(width);
        middles
          .slice(1)
          .forEach((x, index) => expect(x - (middles[index] ?? 0)).toBeGreaterThanOrEqual(80 - 16));
      }
    }
  });

  it('draws everything within its frame', () => {
    const counts = fc.option(fc.nat(100_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, fc.nat(200_000)), { maxLength: 40 }), (figures) => {
        const quarters = figures.map(([children, families]) =>
          quarter(children, children === null ? null : families),
        );
        for (const chart of quarterCharts(quarters).split('</svg>').slice(0, -1)) {
          const [, width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(chart)?.map(Number) ?? [];
          for (const [, name, value] of chart.matchAll(/ (x|x1|x2|y|y1|y2)="([^"]+)"/g)) {
            const within = name?.startsWith('x') === true ? width : height;
            expect(Number(value)).toBeGreaterThanOrEqual(0);
            expect(Number(value)).toBeLessThanOrEqual(within);
          }
          for (const [, size] of chart.matchAll(/ (?:width|height)="([^"]+)"/g)) {
            expect(Number(size)).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});
