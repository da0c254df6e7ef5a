export { waterfallCharts, type Waterfall } from './waterfall.js';
