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

/** Equal charts are equal texts, so that a page that is asked for again is not drawn again: some 10 MB at most. */
const MAX_DRAWN = 400;
const drawn = new Map<string, CategoryCharts>();

/** Draws counts by category: one drawing for each kind of screen, of which the style sheet shows one. */
export async function categoryCharts(chart: CategoryChart): Promise<CategoryCharts> {
  const key = JSON.stringify(chart);
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const { drawCategories } = await import('./category-chart.js');
  const charts = drawCategories(chart);
  drawn.set(key, charts);
  for (const oldest of drawn.keys()) {
    if (drawn.size <= MAX_DRAWN) break;
    drawn.delete(oldest);
  }
  return charts;
}

/** Draws ratios with their intervals, group by group: one drawing for each kind of screen. */
export async function forestCharts(chart: ForestChart): Promise<{ readonly svg: string }> {
  const { drawForest } = await import('./forest-chart.js');
  return drawForest(chart);
}
