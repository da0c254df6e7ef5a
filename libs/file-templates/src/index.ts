export * from './csv-template.js';
export * from './dataset-guide.js';
export * from './family-notice/family-document.js';
export * from './family-notice/family-notice.js';
export * from './guide-document.js';
export { documentStyleSource, escaped, htmlDocument, htmlList, wideTable } from './html-document.js';
export * from './schema-document.js';
export * from './workbook-template.js';
