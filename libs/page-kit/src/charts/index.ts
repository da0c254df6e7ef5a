import type { CategoryChart, CategoryCharts } from './category-chart.js';
import type { ForestChart } from './forest-chart.js';
import type { Waterfall, WaterfallCharts } from './waterfall.js';

export type { CategoryChart, CategoryCharts, Series } from './category-chart.js';
export type { ForestChart, RatioEstimate } from './forest-chart.js';
export type { Waterfall } from './waterfall.js';

/**
 * Draws what lies between two numbers. What draws takes some 90 MB of memory, and so is loaded with the first chart.
 * @returns the drawings, and where their scale begins: not at 0 where the changes are small.
 */
export async function waterfallCharts(waterfall: Waterfall): Promise<WaterfallCharts> {
  const { drawWaterfall } = await import('./waterfall.js');
  return drawWaterfall(waterfall);
}

/** Draws counts by category: one drawing for each kind of screen, of which the style sheet shows one. */
export async function categoryCharts(chart: CategoryChart): Promise<CategoryCharts> {
  const { drawCategories } = await import('./category-chart.js');
  return drawCategories(chart);
}

/** Draws ratios with their intervals, group by group: one drawing for each kind of screen. */
export async function forestCharts(chart: ForestChart): Promise<{ readonly svg: string }> {
  const { drawForest } = await import('./forest-chart.js');
  return drawForest(chart);
}
