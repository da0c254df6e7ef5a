import type { CustomSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import { categoryColours } from './category-chart.js';
import { harmless } from './harmless-text.js';
import { CHART_TEXT, svgOfChart, type ChartKind, type ShapesOption } from './svg-of-chart.js';

/** A ratio with both ends of its interval, each above 0. */
export interface RatioEstimate {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Ratios with their intervals, one line for each group, against a ratio of 1. */
export interface ForestChart {
  /** What is drawn, as a screen reader names the drawing. */
  readonly title: string;
  /** What a screen reader says after the title. */
  readonly description: string;
  /** Names of the estimates of a group: the first is drawn as a ring, the second as a square below it. */
  readonly series: readonly [string, string];
  readonly groups: readonly {
    readonly name: string;
    /** Null where it is not known. */
    readonly estimates: readonly [RatioEstimate | null, RatioEstimate | null];
    /** What stands in place of a group of which neither is known. */
    readonly unknown: string;
  }[];
}

const colours = { ...categoryColours, text: '#0b0c0c', grid: '#b1b4b6' };
const ROW_HEIGHT = 52;
const LEGEND_HEIGHT = 34;
const AXIS_HEIGHT = 30;
/** Pixels from the middle of a line of a group to its two estimates. */
const APART = 9;
const NAMES: Readonly<Record<ChartKind, number>> = { narrow: 112, medium: 170, wide: 220 };
/** Scales, of which the narrowest that holds all intervals is taken; what goes beyond the widest is cut, with an arrow. */
const scales = [
  [0.8, 0.9, 1, 1.1, 1.25],
  [0.5, 0.7, 1, 1.4, 2],
  [0.25, 0.5, 1, 2, 4],
  [0.1, 0.3, 1, 3, 10],
] as const;

/**
 * Draws ratios on a logarithmic scale for each kind of screen, so that 2 and 0.5 are equally far from 1. Estimates differ in shape,
 * so that nobody has to tell colours apart.
 */
export function drawForest(chart: ForestChart): { readonly svg: string } {
  const kinds: readonly ChartKind[] = ['narrow', 'medium', 'wide'];
  const height = LEGEND_HEIGHT + AXIS_HEIGHT + 6 + ROW_HEIGHT * Math.max(1, chart.groups.length);
  const { title, description } = chart;
  const svg = kinds.map((kind) =>
    svgOfChart(optionOf(chart, kind), { ...{ kind, height, title, description } }),
  );
  return { svg: svg.join('') };
}

function optionOf(chart: ForestChart, kind: ChartKind): ShapesOption {
  const { groups, series } = chart;
  const ticks = scaleOf(chart);
  const [least, most] = [Math.log(ticks[0] ?? 1), Math.log(ticks.at(-1) ?? 1)];
  const label = { color: colours.text, fontSize: CHART_TEXT };
  return {
    // Of the series in their order, for the legend.
    color: [colours.grid, ...colours.bars],
    grid: { left: NAMES[kind], right: 24, top: LEGEND_HEIGHT + 6, bottom: AXIS_HEIGHT },
    legend: {
      ...{ left: 0, top: 4, selectedMode: false, itemWidth: 14, itemHeight: 14, itemGap: 18 },
      textStyle: label,
      data: series.map((name, place) => ({
        name: harmless(name),
        icon: place === 0 ? 'emptyCircle' : 'rect',
      })),
    },
    yAxis: {
      ...{ type: 'category', inverse: true, data: groups.map(({ name }) => harmless(name)) },
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: {
        ...{ ...label, interval: 0, margin: 10, lineHeight: 18, overflow: 'break' },
        // The library measures text by a narrower typeface than a browser may have.
        width: (NAMES[kind] - 14) * 0.85,
      },
    },
    xAxis: {
      ...{ type: 'value', min: least, max: most, splitLine: { show: false }, axisTick: { show: false } },
      axisLine: { show: true, lineStyle: { color: colours.grid } },
      axisLabel: {
        ...{ ...label, customValues: ticks.map((tick) => Math.log(tick)) },
        formatter: (value: number) => String(Number(Math.exp(value).toPrecision(3))),
      },
    },
    series: [
      linesOf(ticks),
      ...series.map((name, place): CustomSeriesOption => {
        const known = groups.flatMap(({ estimates }, row) => {
          const estimate = estimates[place];
          return estimate == null ? [] : [[row, estimate.low, estimate.ratio, estimate.high]];
        });
        return {
          ...{ type: 'custom', name: harmless(name), silent: true, z: 3, data: known },
          encode: { y: 0 },
          renderItem: (_, api) =>
            estimateShapes(api, { place, least, most, colour: colours.bars[place] ?? colours.mark }),
        };
      }),
      wordsOf(chart, least),
    ],
  };
}

/** What stands in place of the estimates of a group of which none is known. */
const wordsOf = ({ groups }: ForestChart, at: number): ScatterSeriesOption => ({
  ...{ type: 'scatter', symbolSize: 0, silent: true, z: 4 },
  label: { color: colours.text, fontSize: CHART_TEXT, show: true, position: 'right', distance: 6 },
  data: groups.flatMap(({ estimates, unknown }, row) =>
    estimates.some((estimate) => estimate !== null)
      ? []
      : [{ value: [at, row], label: { formatter: harmless(unknown) } }],
  ),
});

/** The narrowest scale that holds every interval, or the widest. */
function scaleOf({ groups }: ForestChart): readonly number[] {
  const ends = groups.flatMap(({ estimates }) =>
    estimates.flatMap((estimate) => (estimate === null ? [] : [estimate.low, estimate.high])),
  );
  const holds = (ticks: readonly number[]): boolean =>
    ends.every((end) => end >= (ticks[0] ?? 1) && end <= (ticks.at(-1) ?? 1));
  return scales.find((ticks) => holds(ticks)) ?? scales[scales.length - 1] ?? [];
}

type Drawn = Exclude<ReturnType<NonNullable<CustomSeriesOption['renderItem']>>, null | undefined>;
type Api = Parameters<NonNullable<CustomSeriesOption['renderItem']>>[1];

const line = (
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  stroke: string,
  lineWidth: number,
  lineDash?: number[],
) => ({
  type: 'line' as const,
  shape: { x1, y1, x2, y2 },
  style: { stroke, lineWidth, ...(lineDash === undefined ? {} : { lineDash }) },
});

/** A line at each number of the scale, and a strong one at 1, where groups do not differ. */
const linesOf = (ticks: readonly number[]): CustomSeriesOption => ({
  ...{ type: 'custom', silent: true, z: 1, data: ticks.map((tick) => [Math.log(tick)]) },
  encode: { x: 0 },
  renderItem: ({ coordSys }, api) => {
    // Of a grid, as the chart has one.
    const { y, height } = coordSys as unknown as { readonly y: number; readonly height: number };
    const value = api.value(0) as number;
    const [x = 0] = api.coord([value, 0]);
    return value === 0
      ? line([x, y], [x, y + height], colours.mark, 2)
      : line([x, y], [x, y + height], colours.grid, 1);
  },
});

interface Placed {
  readonly place: number;
  readonly least: number;
  readonly most: number;
  readonly colour: string;
}

/** The interval as a line, cut with an arrow where it leaves the scale, and the ratio as a ring or a square. */
function estimateShapes(api: Api, { place, least, most, colour }: Placed): Drawn {
  const [row = 0, ...ends] = [0, 1, 2, 3].map((dimension) => api.value(dimension) as number);
  const [low = 0, ratio = 0, high = 0] = ends.map((end) => Math.log(end));
  const at = (value: number): [number, number] => {
    const [x = 0, y = 0] = api.coord([Math.min(most, Math.max(least, value)), row]);
    return [x, y + (place === 0 ? -APART : APART)];
  };
  const [left, middle, right] = [at(low), at(ratio), at(high)];
  const end = ([x, y]: [number, number], isCut: boolean, towards: number) =>
    isCut
      ? {
          type: 'polygon' as const,
          shape: {
            points: [
              [x, y],
              [x - 8 * towards, y - 5],
              [x - 8 * towards, y + 5],
            ],
          },
          style: { fill: colour },
        }
      : line([x, y - 5], [x, y + 5], colour, 2);
  const shape =
    place === 0
      ? {
          type: 'circle' as const,
          shape: { cx: middle[0], cy: middle[1], r: 5 },
          style: { fill: colours.halo, stroke: colour, lineWidth: 3 },
        }
      : {
          type: 'rect' as const,
          shape: { x: middle[0] - 6, y: middle[1] - 6, width: 12, height: 12 },
          style: { fill: colour },
        };
  return {
    type: 'group',
    children: [
      line(left, right, colour, 2),
      ...(low > most ? [] : [end(left, low < least, -1)]),
      ...(high < least ? [] : [end(right, high > most, 1)]),
      ...(ratio < least || ratio > most ? [] : [shape]),
    ],
  };
}
