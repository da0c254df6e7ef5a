import { probabilityOf } from '@kinledger/kin';
import { AFTER_VALUES, decidedPairs, type LinkedFiles } from '@kinledger/file-linkage';
import { writePrivateFile } from '../output/private-file.js';

/** Rows that are written at once. */
const ROWS = 20_000;
const needsQuotes = /[",\r\n]/;
const cell = (text: string): string => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** How the two files are called in results. */
export const sourceNames = ['left', 'right'];

/** @returns how many individuals there are. */
export function writeLinks(file: string, linked: LinkedFiles): number {
  const { records, clusterOf } = linked;
  let individuals = 0;
  writeRows(
    file,
    'source,record_id,individual_id',
    (function* () {
      for (let record = 0; record < records.count; record++) {
        if (clusterOf[record] === record) individuals += 1;
        const source = sourceNames[sourceOf(linked, record)] ?? '';
        yield `${source},${cell(linked.idOf(record))},${individualId(linked, clusterOf[record] as number)}`;
      }
    })(),
  );
  return individuals;
}

/** What became of pairs of records that share an individual. */
export interface PairCounts {
  readonly pairs: number;
  readonly autoLinked: number;
}

/**
 * Writes the pairs of records that share an individual: with two files, those of a left and a right record.
 * @returns how many there are.
 */
export function writePairs(file: string | undefined, linked: LinkedFiles): PairCounts {
  const two = linked.files.length > 1;
  let [pairs, autoLinked] = [0, 0];
  const rows = (function* () {
    for (const { first, second, score, band, reason } of decidedPairs(linked)) {
      if (two && sourceOf(linked, first) === sourceOf(linked, second)) continue;
      pairs += 1;
      if (band === 'auto-link') autoLinked += 1;
      const rule = reason === undefined ? band : `${band}: ${reason}`;
      yield `${cell(linked.idOf(first))},${cell(linked.idOf(second))},${probabilityOf(score).toFixed(6)},${rule}`;
    }
  })();
  if (file === undefined) for (const _ of rows);
  else writeRows(file, 'left_id,right_id,probability,rule', rows);
  return { pairs, autoLinked };
}

const sourceOf = ({ records }: LinkedFiles, record: number): number =>
  records.data[record * records.stride + records.fields + AFTER_VALUES.origin] as number;

/** The hash of the first record’s id, which is the same whatever the order of rows. */
function individualId({ records }: LinkedFiles, record: number): string {
  const at = record * records.stride + records.fields;
  const word = (offset: number) =>
    ((records.data[at + offset] as number) >>> 0).toString(16).padStart(8, '0');
  return word(AFTER_VALUES.hashHigh) + word(AFTER_VALUES.hashLow);
}

function writeRows(file: string, header: string, rows: Iterable<string>): void {
  writePrivateFile(file, inParts(header, rows));
}

/** Lines, some thousands at once. */
function* inParts(header: string, rows: Iterable<string>): Generator<string> {
  let lines = [header];
  for (const row of rows) {
    lines.push(row);
    if (lines.length < ROWS) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
