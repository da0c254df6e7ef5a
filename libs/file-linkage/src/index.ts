export { pairReasons } from './linking/decided-pairs.js';
export { individualsIn } from './linking/individuals.js';
export { linkFiles, type LinkedFiles, type LinkingOptions } from './linking/link-files.js';
export { csvFile, guessSchemaOf } from './linking/read-files.js';
export { sourceOf } from './reading/record-ids.js';
export { AFTER_VALUES } from './reading/records.js';
export { linkSchema, type LinkSchema } from './schema/link-schema.js';
