import { probabilityOf } from '@kinledger/kin';
import { AFTER_VALUES, decidedPairs, sourceOf, type LinkedFiles } from '@kinledger/file-linkage';
import { writePrivateFile } from '../output/private-file.js';
import { RowBytes } from './row-bytes.js';

/** How the two files are called in results. */
const sourceNames = ['left', 'right'];

/** @returns how many individuals there are. */
export function writeLinks(file: string, linked: LinkedFiles): number {
  const { records, clusterOf } = linked;
  const beginnings = sourceNames.map((name) => `${name},`);
  let individuals = 0;
  writePrivateFile(
    file,
    (function* () {
      const rows = new RowBytes().text('source,record_id,individual_id\n');
      for (let record = 0; record < records.count; record++) {
        if (clusterOf[record] === record) individuals += 1;
        rows.text(beginnings[sourceOf(records, record)] ?? ',');
        writeId(rows, linked, record).text(',');
        writeIndividual(rows, linked, clusterOf[record] as number);
        if (rows.endRow()) yield rows.take();
      }
      yield rows.take();
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
  const { records } = linked;
  const two = linked.sources > 1;
  const counts = { pairs: 0, autoLinked: 0 };
  const endings = new Map<number, string>();
  const parts = (function* () {
    const rows = new RowBytes().text('left_id,right_id,probability,rule\n');
    for (const { first, second, score, band, reason } of decidedPairs(linked)) {
      if (two && sourceOf(records, first) === sourceOf(records, second)) continue;
      counts.pairs += 1;
      if (band === 'auto-link') counts.autoLinked += 1;
      writeId(rows, linked, first).text(',');
      writeId(rows, linked, second);
      let probability = endings.get(score);
      if (probability === undefined) {
        probability = `,${probabilityOf(score).toFixed(6)},`;
        endings.set(score, probability);
      }
      rows.text(probability).text(band);
      if (reason !== undefined) rows.text(': ').text(reason);
      if (rows.endRow()) yield rows.take();
    }
    yield rows.take();
  })();
  if (file === undefined) for (const _ of parts);
  else writePrivateFile(file, parts);
  return counts;
}

function writeId(rows: RowBytes, { records, ids, idOf }: LinkedFiles, record: number): RowBytes {
  if (ids.numbered) return rows.text(idOf(record));
  const bytes = ids.bytes[sourceOf(records, record)] as Uint8Array;
  return rows.cell(bytes, records.idStarts[record] as number, records.idLengths[record] as number);
}

/** The hash of the first record’s id, which is the same whatever the order of rows. */
function writeIndividual(rows: RowBytes, { records }: LinkedFiles, record: number): void {
  const at = record * records.stride + records.fields;
  rows.word(records.data[at + AFTER_VALUES.hashHigh] as number);
  rows.word(records.data[at + AFTER_VALUES.hashLow] as number);
}
