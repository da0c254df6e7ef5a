import { Parser } from 'csv-parse';
import { openCsvWith, type CsvParser, type OpenCsv } from './csv-file.js';

const csvParser: CsvParser = { create: (options) => new Parser(options), inputOf: (utf8) => utf8 };

/** Opens a CSV file in Node, where the parser is a Node stream. */
export const openCsv: OpenCsv = (source, knownTitles, limits) =>
  openCsvWith(csvParser, source, knownTitles, limits);
