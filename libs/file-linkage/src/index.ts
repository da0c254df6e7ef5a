export { decidedPairs, individualsOf, type DecidedPair } from './linking/decided-pairs.js';
export { linkFiles, type LinkedFiles, type LinkFilesOptions } from './linking/link-files.js';
export { AFTER_VALUES } from './reading/records.js';
export { readHeader } from './reading/csv-header.js';
export { guessSchema, type GuessedSchema } from './schema/guess-schema.js';
export { linkSchema, type LinkSchema } from './schema/link-schema.js';
