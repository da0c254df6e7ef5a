export * from './csvw.js';
export * from './golden-table.js';
export * from './golden-tables.js';
export * from './keys.js';
export * from './power-bi.js';
export * from './publish-golden.js';
export * from './read-golden.js';
