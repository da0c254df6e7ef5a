import { harmless } from './harmless-text.js';
import { CHART_TEXT, chartWidths, svgOfChart, type ChartKind, type ChartOption } from './svg-of-chart.js';

/** Counts of one thing, by category; null where a count is not known, which is not 0. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Counts by category, such as children and adults by quarter. */
export interface CategoryChart {
  /** What is drawn, as a screen reader names the drawing. */
  readonly title: string;
  /** What a screen reader says after the title. */
  readonly description: string;
  readonly categories: readonly string[];
  /** Drawn as bars: the second stands on the first. */
  readonly bars: readonly [Series] | readonly [Series, Series];
  /** Drawn as a mark on or beside the bars. */
  readonly marks?: Series;
  /** What stands in place of bars that are not known, such as “No files”; by category where it differs. */
  readonly unknown: string | readonly string[];
  /**
   * Categories that follow one another in time stand side by side where there is room, and a narrow screen shows the latest
   * of them; others stand one below the other.
   */
  readonly order: 'time' | 'list';
}

/** One drawing for each kind of screen. */
export interface CategoryCharts {
  readonly svg: string;
  /** The number of earliest categories that the drawing for narrow screens leaves out. */
  readonly leftOutWhenNarrow: number;
}

/** A contrast of 3:1 or more with the page and with each other, in print and without colour too. */
export const categoryColours = {
  bars: ['#12436d', '#28a197'],
  mark: '#0b0c0c',
  halo: '#ffffff',
} as const;
const text = '#0b0c0c';
const grid = '#b1b4b6';
const MAX_ROWS = 12;
const ROW_HEIGHT = 42;
const LINE_HEIGHT = 18;
const LEGEND_HEIGHT = 34;
const COLUMNS_HEIGHT = 360;
/** Width in pixels of a label such as “Q2 2023/24” at the chart’s text size, with space around it. */
const LABEL_WIDTH = 96;
/** Width of a letter at the chart’s text size: 0.6 of an em is more than most letters take. */
const LETTER_WIDTH = 0.6 * CHART_TEXT;
const NAMES: Readonly<Record<ChartKind, number>> = { narrow: 118, medium: 190, wide: 260 };

/** Draws counts by category for each kind of screen. */
export function drawCategories(chart: CategoryChart): CategoryCharts {
  const latest = chart.order === 'time' ? latestOf(chart, MAX_ROWS) : chart;
  const kinds: readonly ChartKind[] = ['narrow', 'medium', 'wide'];
  const svg = kinds.map((kind) => {
    if (chart.order === 'time' && kind !== 'narrow') return columns(chart, kind);
    return rows(latest, kind);
  });
  return { svg: svg.join(''), leftOutWhenNarrow: chart.categories.length - latest.categories.length };
}

const latestOf = (chart: CategoryChart, count: number): CategoryChart => {
  const { categories, bars, marks } = chart;
  const series = ({ name, values }: Series): Series => ({ name, values: values.slice(-count) });
  const [first, second] = bars;
  return {
    ...chart,
    categories: categories.slice(-count),
    bars: second === undefined ? [series(first)] : [series(first), series(second)],
    ...(marks === undefined ? {} : { marks: series(marks) }),
    unknown: typeof chart.unknown === 'string' ? chart.unknown : chart.unknown.slice(-count),
  };
};

/** Categories side by side. */
function columns(chart: CategoryChart, kind: ChartKind): string {
  const { categories } = chart;
  const [left, right] = [64, 44];
  const slot = (chartWidths[kind] - left - right) / Math.max(1, categories.length);
  const thickness = Math.max(2, Math.min(64, slot * 0.6));
  // Without room for all labels, the latest still has one.
  const every = Math.ceil(LABEL_WIDTH / slot);
  const isLabelled = (index: number): boolean => (categories.length - 1 - index) % every === 0;
  const option: ChartOption = {
    grid: { left, right, top: LEGEND_HEIGHT + 12, bottom: 36 },
    xAxis: {
      ...categoryAxis(chart),
      axisLabel: { ...label, interval: isLabelled, hideOverlap: false, margin: 12 },
    },
    yAxis: { ...valueAxis, splitNumber: 5 },
    ...seriesOf(chart, {
      thickness,
      mark: [Math.max(2, Math.min(thickness + 8, slot - 2)), 5],
      // A word has no room beside another.
      unknown: (index) => (unknownOf(chart, index).length > 3 ? '–' : unknownOf(chart, index)),
      value: (index, value) => [index, value],
      beside: 'top',
    }),
  };
  return svgOfChart(option, { kind, height: COLUMNS_HEIGHT, ...titlesOf(chart) });
}

/** Categories one below the other. */
function rows(chart: CategoryChart, kind: ChartKind): string {
  const longest = Math.max(0, ...chart.categories.map((category) => category.length * LETTER_WIDTH));
  const names = Math.min(NAMES[kind], Math.ceil(longest * 1.3) + 16);
  // The library measures text by a narrower typeface than a browser may have.
  const room = (names - 14) * 0.85;
  const rowHeight = Math.max(ROW_HEIGHT, Math.ceil((longest * 1.1) / room) * LINE_HEIGHT + 8);
  const option: ChartOption = {
    grid: { left: names, right: 24, top: LEGEND_HEIGHT + 6, bottom: 30 },
    yAxis: {
      ...categoryAxis(chart),
      inverse: true,
      axisLabel: {
        ...label,
        interval: 0,
        margin: 10,
        width: room,
        overflow: 'break',
        lineHeight: LINE_HEIGHT,
      },
    },
    xAxis: {
      ...valueAxis,
      splitNumber: kind === 'narrow' ? 2 : 5,
      axisLabel: { ...valueAxis.axisLabel, hideOverlap: true, showMinLabel: true, showMaxLabel: true },
    },
    ...seriesOf(chart, {
      thickness: 22,
      mark: [5, 32],
      unknown: (index) => unknownOf(chart, index),
      value: (index, value) => [value, index],
      beside: 'right',
    }),
  };
  const height = LEGEND_HEIGHT + 36 + rowHeight * Math.max(1, chart.categories.length);
  return svgOfChart(option, { kind, height, ...titlesOf(chart) });
}

const unknownOf = ({ unknown }: CategoryChart, index: number): string =>
  typeof unknown === 'string' ? unknown : (unknown[index] ?? '');

const label = { color: text, fontSize: CHART_TEXT };

const valueAxis = {
  type: 'value',
  min: 0,
  minInterval: 1,
  splitLine: { lineStyle: { color: grid } },
  axisLabel: { ...label, formatter: (value: number) => value.toLocaleString('en-GB') },
} as const;

const categoryAxis = ({ categories }: CategoryChart) =>
  ({
    type: 'category',
    data: categories.map(harmless),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: grid } },
  }) as const;

const titlesOf = ({ title, description }: CategoryChart) => ({ title, description });

interface Placing {
  readonly thickness: number;
  readonly mark: readonly [width: number, height: number];
  readonly unknown: (index: number) => string;
  readonly value: (index: number, value: number) => [number, number];
  readonly beside: 'top' | 'right';
}

function seriesOf(chart: CategoryChart, placing: Placing): Pick<ChartOption, 'series' | 'legend'> {
  const { categories, bars, marks } = chart;
  const unknown = categories.flatMap((_, index) =>
    bars.some(({ values }) => (values[index] ?? null) === null) ? [index] : [],
  );
  const isKnown = (index: number): boolean => !unknown.includes(index);
  return {
    legend: {
      ...{ left: 0, top: 4, selectedMode: false, itemWidth: 16, itemHeight: 14, itemGap: 18 },
      textStyle: label,
      data: [
        ...bars.map(({ name }) => ({ name: harmless(name), icon: 'rect' })),
        ...(marks === undefined ? [] : [{ name: harmless(marks.name), icon: 'path://M0 5h16v4h-16z' }]),
      ],
    },
    series: [
      ...bars.map(({ name, values }, place) => ({
        ...{ name: harmless(name), type: 'bar' as const, stack: 'all', silent: true },
        barWidth: placing.thickness,
        itemStyle: { color: categoryColours.bars[place] ?? categoryColours.bars[0] },
        data: categories.map((_, index) => (isKnown(index) ? (values[index] ?? null) : null)),
      })),
      ...(marks === undefined
        ? []
        : [
            {
              ...{ name: harmless(marks.name), type: 'scatter' as const, symbol: 'rect', silent: true },
              symbolSize: [...placing.mark],
              z: 3,
              itemStyle: {
                color: categoryColours.mark,
                ...{ borderColor: categoryColours.halo, borderWidth: 1, opacity: 1 },
              },
              data: marks.values.flatMap((value, index) =>
                value === null || !isKnown(index) ? [] : [placing.value(index, value)],
              ),
            },
          ]),
      {
        ...{ type: 'scatter' as const, symbol: 'rect', symbolSize: 0, silent: true },
        label: { ...label, show: true, position: placing.beside, distance: 6 },
        data: unknown.map((index) => ({
          value: placing.value(index, 0),
          label: { formatter: placing.unknown(index) },
        })),
      },
    ],
  };
}
