import { hash } from 'node:crypto';
import {
  BarChart,
  CustomChart,
  ScatterChart,
  type BarSeriesOption,
  type CustomSeriesOption,
  type ScatterSeriesOption,
} from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  type GridComponentOption,
  type LegendComponentOption,
} from 'echarts/components';
import { init, use, type ComposeOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, CustomChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer]);

type Components = GridComponentOption | LegendComponentOption;
export type ChartOption = ComposeOption<BarSeriesOption | ScatterSeriesOption | Components>;
/** With series that draw shapes of their own. Apart, since members of other series are deprecated in these. */
export type ShapesOption = ComposeOption<CustomSeriesOption | ScatterSeriesOption | Components>;

/** Which screens show a drawing: the style sheet shows one of the three. */
export type ChartKind = 'narrow' | 'medium' | 'wide';
export const chartWidths: Readonly<Record<ChartKind, number>> = { narrow: 330, medium: 580, wide: 960 };

/** Size of text in a drawing, which the style sheet gives it too. */
export const CHART_TEXT = 14;

/** What is drawn, and how a screen reader names and describes it. */
export interface Drawing {
  readonly kind: ChartKind;
  readonly height: number;
  readonly title: string;
  readonly description: string;
}

/**
 * Draws a chart as SVG that is part of a page. Styles and scripts in a page are not allowed, so that nothing of them stays in
 * it: the style sheet of the kit gives texts their font. ECharts numbers its styles and classes on from drawing to drawing;
 * without them, equal charts are equal texts.
 */
export function svgOfChart(
  option: ChartOption | ShapesOption,
  { kind, height, title, description }: Drawing,
): string {
  const width = chartWidths[kind];
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontSize: CHART_TEXT }, ...option });
    const inner = chart
      .renderToSVGString()
      .replace(/^<svg[^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
      .replaceAll(/ (?:style|class|ecmeta_\w+|xml:space|pointer-events)="[^"]*"/g, '')
      .replaceAll(/<rect width="\d+" height="\d+" x="0" y="0" fill="none"><\/rect>/g, '')
      .replaceAll('\n', '');
    const id = `chart-${kind}-${hash('sha256', `${title}\n${description}\n${inner}`).slice(0, 12)}`;
    return [
      `<svg class="kl-chart kl-chart--${kind}" viewBox="0 0 ${width} ${height}" role="img"`,
      ` aria-labelledby="${id}-title" aria-describedby="${id}-description">`,
      `<title id="${id}-title">${escaped(title)}</title>`,
      `<desc id="${id}-description">${escaped(description)}</desc>${inner}</svg>`,
    ].join('');
  } finally {
    chart.dispose();
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
