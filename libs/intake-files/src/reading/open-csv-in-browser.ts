import { Parser } from 'csv-parse/browser/esm';
import { openCsvWith, type CsvParser, type OpenCsv } from './csv-file.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const csvParser: CsvParser = {
  create: (options) => new Parser(options),
  // Its streams know no bytes but those of the buffers that it brings.
  inputOf: (utf8) => decoder.decode(utf8),
};

/** In a browser: the parser's own build for it, which brings the streams that Node has. */
export const openCsv: OpenCsv = (source, knownTitles, limits) =>
  openCsvWith(csvParser, source, knownTitles, limits);
