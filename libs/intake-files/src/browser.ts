export * from './portable.js';
export { openFile } from './reading/open-file-in-browser.js';
