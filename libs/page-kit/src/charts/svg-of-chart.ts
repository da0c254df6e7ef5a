import { BarChart, type BarSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import { init, use, type ComposeOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, SVGRenderer]);

export type ChartOption = ComposeOption<BarSeriesOption | GridComponentOption>;

/** Which screens show a drawing: the style sheet shows one of the three. */
export type ChartKind = 'narrow' | 'medium' | 'wide';
export const chartWidths: Readonly<Record<ChartKind, number>> = { narrow: 330, medium: 580, wide: 960 };

/** Size of text in a drawing, which the style sheet gives it too. */
export const CHART_TEXT = 14;

/**
 * Draws a chart as SVG that is part of a page. Styles and scripts in a page are not allowed, so that nothing of them stays in
 * it: the style sheet of the kit gives texts their font.
 */
export function svgOfChart(
  option: ChartOption,
  {
    kind,
    height,
    description,
  }: { readonly kind: ChartKind; readonly height: number; readonly description: string },
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
    return `<svg class="kl-chart kl-chart--${kind}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(description)}">${inner}</svg>`;
  } finally {
    chart.dispose();
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
