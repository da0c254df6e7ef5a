export {
  categoryCharts,
  forestCharts,
  waterfallCharts,
  type CategoryChart,
  type CategoryCharts,
  type ForestChart,
  type RatioEstimate,
  type Series,
  type Waterfall,
} from './charts/index.js';
export { PageRenderer } from './page-renderer.js';
export { PagesModule, type PagesModuleOptions } from './pages.module.js';
export type { PageSection, PagesOfService } from './pages.js';
export { servePages } from './serve-pages.js';
