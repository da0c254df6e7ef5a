export * from './golden-table.js';
export * from './golden-tables.js';
export * from './keys.js';
export * from './publish-golden.js';
