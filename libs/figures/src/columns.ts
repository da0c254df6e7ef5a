/** What an answer of figures says, without anything that asks for it: for those who read answers elsewhere. */
export * from './count-columns.js';
export * from './files-behind/coverage.js';
export * from './files-behind/coverage-names.js';
export * from './reach/reach-columns.js';
