export * from './portable.js';
export { openFile } from './reading/open-file.js';
