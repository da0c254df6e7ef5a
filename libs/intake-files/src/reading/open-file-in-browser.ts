import { Parser } from 'csv-parse/browser/esm';
import { openFileWith } from './open-file-with.js';
import type { OpenFile } from './table-file.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Opens a file in a browser, with the CSV parser's browser build, which includes Node's streams. */
export const openFile: OpenFile = openFileWith({
  create: (options) => new Parser(options),
  // The build's streams accept no bytes except its own Buffers, so pass text.
  inputOf: (utf8) => decoder.decode(utf8),
});
