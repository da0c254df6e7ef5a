import { Parser } from 'csv-parse';
import { openFileWith } from './open-file-with.js';
import type { OpenFile } from './table-file.js';

/** Opens a file in Node, where the CSV parser is a Node stream. */
export const openFile: OpenFile = openFileWith({
  create: (options) => new Parser(options),
  inputOf: (utf8) => utf8,
});
