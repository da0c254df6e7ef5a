import { Parser } from 'csv-parse/browser/esm';
import { openCsvWith, type CsvParser, type OpenCsv } from './csv-file.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const csvParser: CsvParser = {
  create: (options) => new Parser(options),
  // The build's streams accept no bytes except its own Buffers, so pass text.
  inputOf: (utf8) => decoder.decode(utf8),
};

/** Opens a CSV file in a browser, with the parser's browser build, which includes Node's streams. */
export const openCsv: OpenCsv = (source, knownTitles, limits) =>
  openCsvWith(csvParser, source, knownTitles, limits);
