import type { Waterfall, WaterfallCharts } from './waterfall.js';

export type { Waterfall } from './waterfall.js';

/**
 * Draws what lies between two numbers. What draws takes some 90 MB of memory, and so is loaded with the first chart.
 * @returns the drawings, and where their scale begins: not at 0 where the changes are small.
 */
export async function waterfallCharts(waterfall: Waterfall): Promise<WaterfallCharts> {
  const { drawWaterfall } = await import('./waterfall.js');
  return drawWaterfall(waterfall);
}
