import { Parser } from 'csv-parse';
import { openCsvWith, type CsvParser, type OpenCsv } from './csv-file.js';

const csvParser: CsvParser = { create: (options) => new Parser(options), inputOf: (utf8) => utf8 };

/** In Node: the parser is one of Node's streams. */
export const openCsv: OpenCsv = (source, knownTitles, limits) =>
  openCsvWith(csvParser, source, knownTitles, limits);
