export * from './archive-of.js';
export * from './workbook-of.js';
