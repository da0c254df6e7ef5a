import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { categoryColours, drawCategories, type CategoryChart } from './category-chart.js';

const quarters = (
  counts: readonly (number | null)[],
  order: CategoryChart['order'] = 'time',
): CategoryChart => ({
  ...{ title: 'Reach by quarter', description: 'Bars & marks', unknown: 'No files', order },
  categories: counts.map((_, index) => `Q${(index % 4) + 1} ${2015 + Math.floor(index / 4)}/16`),
  bars: [
    { name: 'Children', values: counts },
    { name: 'Adults', values: counts },
  ],
  marks: { name: 'Families', values: counts },
});

const drawings = (chart: CategoryChart) => drawCategories(chart).svg.split('</svg>').slice(0, -1);

/** The shapes of a colour in a drawing, without the one in the legend. */
const bars = (drawing: string, colour: string): number =>
  (drawing.match(new RegExp(`<path [^>]*fill="${colour}"`, 'g'))?.length ?? 0) - 1;

/** Relative luminance of a colour, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 1, dark = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}

describe('a chart by category', () => {
  it('has a contrast of 3:1 or more with the page and between its parts', () => {
    const [first, second] = categoryColours.bars;
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    for (const [one, other] of [
      [first, '#ffffff'],
      [second, '#ffffff'],
      [first, second],
      [categoryColours.mark, '#ffffff'],
      [categoryColours.mark, categoryColours.halo],
    ] as const) {
      expect({ one, other, ratio: contrast(one, other) }).toMatchObject({
        ratio: expect.toSatisfy((ratio: number) => ratio >= 3) as number,
      });
    }
  });

  it('names and describes each drawing for a screen reader, under ids of its own', () => {
    const all = drawings(quarters([4, 2]));
    expect(all).toHaveLength(3);
    const ids = all.flatMap((drawing) => [...drawing.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const drawing of all) {
      const [, title] = /aria-labelledby="([^"]+)"/.exec(drawing) ?? [];
      const [, description] = /aria-describedby="([^"]+)"/.exec(drawing) ?? [];
      expect(drawing).toContain(`<title id="${title}">Reach by quarter</title>`);
      expect(drawing).toContain(`<desc id="${description}">Bars &amp; marks</desc>`);
    }
  });

  it('draws no bar and no mark for a category with unknown counts, and says so', () => {
    for (const order of ['time', 'list'] as const) {
      for (const drawing of drawings(quarters([4, null, 2], order))) {
        expect(categoryColours.bars.map((colour) => bars(drawing, colour))).toEqual([2, 2]);
        expect(bars(drawing, categoryColours.mark)).toBeGreaterThanOrEqual(2);
        expect(drawing).toMatch(/>(?:No files|–)<\/text>/);
      }
    }
    expect(drawCategories(quarters([null])).svg).toContain('No files');
    // Without room for a word, a dash; what is short stands as it is.
    const [narrow = '', medium = ''] = drawings({ ...quarters([null, null]), unknown: ['No files', '[c]'] });
    expect([narrow, medium].map((drawing) => drawing.match(/>(?:No files|–|\[c\])<\/text>/g))).toEqual([
      ['>No files</text>', '>[c]</text>'],
      ['>–</text>', '>[c]</text>'],
    ]);
  });

  it('leaves out the earliest categories of a time on a narrow screen only', () => {
    const many = Array.from({ length: 32 }, (_, index) => index);
    expect(drawCategories(quarters(many)).leftOutWhenNarrow).toBe(20);
    expect(drawCategories(quarters(many.slice(-12))).leftOutWhenNarrow).toBe(0);
    expect(drawCategories(quarters(many, 'list')).leftOutWhenNarrow).toBe(0);
    const [narrow = '', medium = ''] = drawings(quarters(many));
    expect([narrow, medium].map((drawing) => bars(drawing, categoryColours.bars[1]))).toEqual([12, 32]);
  });

  it('is the same text whenever and wherever it is drawn', () => {
    const chart = quarters([7, null, 9]);
    const here = drawCategories(chart).svg;
    drawCategories(quarters([1, 2, 3, 4]));
    expect(drawCategories(chart).svg).toBe(here);
    const program = `
      import { drawCategories } from ${JSON.stringify(new URL('../../dist/charts/category-chart.js', import.meta.url).href)};
      process.stdout.write(drawCategories(${JSON.stringify(chart)}).svg);`;
    const arguments_ = ['--input-type=module', '--eval', program];
    expect(execFileSync(process.execPath, arguments_, { encoding: 'utf8' })).toBe(here);
  });

  it('contains no style, script, class or name that a page may not have, whatever it is given', () => {
    const count = fc.option(fc.nat(100_000));
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('__proto__', 'constructor', '<b>'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, count), { maxLength: 20 }),
        fc.constantFrom('time', 'list'),
        text,
        (values, order, title) => {
          const chart = quarters(
            values.map(([, value]) => value),
            order,
          );
          const { svg } = drawCategories({ ...chart, title, categories: values.map(([name]) => name) });
          expect(svg).not.toMatch(/<style|<script|<b>|ecmeta|<[a-z]+[^>]* style=| on\w+="/);
          expect(svg).not.toMatch(/NaN|undefined|width="-|height="-/);
        },
      ),
      { numRuns: 25 },
    );
  });
});
