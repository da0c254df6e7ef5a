/** What an answer of figures says, without anything that asks for it: for those who read answers elsewhere. */
export * from './count-columns.js';
export * from './coverage/coverage.js';
export * from './coverage/coverage-names.js';
export * from './reach/reach-columns.js';
