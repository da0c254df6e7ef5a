/** The columns of figures without their queries, for code that only reads answers. */
export * from './count-columns.js';
export * from './files-behind/coverage.js';
export * from './files-behind/coverage-names.js';
export * from './reach/reach-columns.js';
