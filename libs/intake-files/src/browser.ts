export * from './portable.js';
export { openCsv } from './reading/open-csv-in-browser.js';
