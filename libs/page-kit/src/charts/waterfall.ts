import { harmless } from './harmless-text.js';
import { CHART_TEXT, svgOfChart, type ChartKind, type ChartOption } from './svg-of-chart.js';

/** A number before and after, and what changed it, in the order in which it is drawn. It may pass below 0. */
export interface Waterfall {
  /** What is drawn, as a screen reader names the drawing. */
  readonly title: string;
  /** What a screen reader says after the title. */
  readonly description: string;
  /** Decimal places of the numbers beside the bars; none of counts. */
  readonly decimals?: number;
  readonly before: { readonly name: string; readonly value: number };
  readonly changes: readonly { readonly name: string; readonly change: number }[];
  readonly after: { readonly name: string; readonly value: number };
}

/** One drawing for each kind of screen. */
export interface WaterfallCharts {
  readonly svg: string;
  /** Where their scale begins: not at 0 where the changes are small, or where a number is below 0. */
  readonly startsAt: number;
}

/** A contrast of 3:1 or more with the page. */
const colours = { whole: '#12436d', more: '#28a197', fewer: '#d4351c', text: '#0b0c0c', grid: '#b1b4b6' };
const ROW_HEIGHT = 38;
const LABELS: Readonly<Record<ChartKind, number>> = { narrow: 112, medium: 130, wide: 150 };
const NUMBERS: Readonly<Record<ChartKind, number>> = { narrow: 66, medium: 76, wide: 90 };
/** Changes smaller than this part of the whole would be invisible beside it. */
const SMALL = 0.15;

/**
 * Draws what lies between two numbers, one bar a line, for each kind of screen. Numbers stand beside the bars, with a sign for
 * changes, so that nobody has to tell colours apart.
 */
export function drawWaterfall(waterfall: Waterfall): WaterfallCharts {
  const bars = barsOf(waterfall);
  const startsAt = startOf(bars);
  const kinds: readonly ChartKind[] = ['narrow', 'medium', 'wide'];
  const height = bars.length * ROW_HEIGHT + 34;
  const titles = { title: waterfall.title, description: waterfall.description };
  const svg = kinds.map((kind) => svgOfChart(optionOf(bars, startsAt, kind), { kind, height, ...titles }));
  return { svg: svg.join(''), startsAt };
}

interface Bar {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly text: string;
  readonly colour: string;
}

function barsOf({ before, changes, after, decimals = 0 }: Waterfall): readonly Bar[] {
  const number = (value: number): string => written(value, decimals);
  let level = before.value;
  const whole = ({ name, value }: Waterfall['before']): Bar => ({
    ...{
      name,
      low: Math.min(0, value),
      high: Math.max(0, value),
      text: number(value),
      colour: colours.whole,
    },
  });
  return [
    whole(before),
    ...changes.map(({ name, change }): Bar => {
      const [low, high] = change < 0 ? [level + change, level] : [level, level + change];
      level += change;
      const text = change > 0 ? `+${number(change)}` : number(change);
      return { name, low, high, text, colour: change < 0 ? colours.fewer : colours.more };
    }),
    whole(after),
  ];
}

/** 0, or a round number not far below what changes, or below everything if a number is below 0. */
function startOf(bars: readonly Bar[]): number {
  const highest = highestOf(bars);
  const least = Math.min(...bars.map(({ low }) => low));
  if (least < 0) return Math.floor(least / stepOf(highest - least)) * stepOf(highest - least);
  const levels = bars.flatMap(({ low, high }) => (low === 0 ? [high] : [low, high]));
  const lowest = Math.min(...levels);
  if (lowest <= 0 || highest - lowest >= SMALL * highest) return 0;
  const step = 10 ** Math.max(0, Math.ceil(Math.log10(Math.max(1, highest - lowest))));
  return Math.max(0, Math.floor(lowest / step) * step - step);
}

/** A round number of which five or so reach over a range. */
function stepOf(range: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(range / 5));
  const times = [1, 2, 5, 10].find((each) => each * magnitude * 5 >= range) ?? 10;
  return Math.max(1, times * magnitude);
}

function optionOf(bars: readonly Bar[], startsAt: number, kind: ChartKind): ChartOption {
  // Bars above and below 0 would not be stacked on one another, so all are drawn above the beginning of the scale.
  const shift = Math.min(0, startsAt);
  const label = { color: colours.text, fontSize: CHART_TEXT };
  return {
    grid: { left: LABELS[kind], right: NUMBERS[kind], top: 6, bottom: 28 },
    yAxis: {
      ...{ type: 'category', inverse: true, data: bars.map(({ name }) => harmless(name)) },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.grid } },
      // A name of two lines has room in its row.
      axisLabel: {
        ...label,
        interval: 0,
        margin: 10,
        width: LABELS[kind] - 14,
        overflow: 'break',
        lineHeight: 18,
      },
    },
    xAxis: {
      ...{ type: 'value', min: startsAt - shift, minInterval: 1, splitNumber: kind === 'narrow' ? 2 : 5 },
      ...(shift < 0 ? { interval: stepOf(highestOf(bars) - startsAt) * (kind === 'narrow' ? 2 : 1) } : {}),
      splitLine: { lineStyle: { color: colours.grid } },
      axisLabel: {
        ...label,
        formatter: (value: number) => written(value + shift, 0),
        hideOverlap: true,
        ...(kind === 'narrow' ? { showMinLabel: true, showMaxLabel: true } : {}),
      },
    },
    series: [
      {
        ...{ type: 'bar', stack: 'all', barWidth: 20, silent: true },
        itemStyle: { color: 'transparent' },
        data: bars.map(({ low }) => Math.max(low, startsAt) - shift),
      },
      {
        ...{ type: 'bar', stack: 'all', barWidth: 20, silent: true },
        data: bars.map(({ low, high, colour, text }) => ({
          value: high - Math.max(low, startsAt),
          itemStyle: { color: colour },
          label: { ...label, show: true, position: 'right', formatter: text, distance: 6 },
        })),
      },
    ],
  };
}

const highestOf = (bars: readonly Bar[]): number => Math.max(1, ...bars.map(({ high }) => high));

const written = (value: number, decimals: number): string =>
  value
    .toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replace(/^-(?=[0.,]*$)/, '')
    .replace('-', '−');
