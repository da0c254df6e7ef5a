import { probabilityOf } from '@kinledger/kin';
import { AFTER_VALUES, pairReasons, sourceOf, type LinkedFiles } from '@kinledger/file-linkage';
import { RowBytes } from './row-bytes.js';

/** How the two files are called in results. */
const sourceNames = ['left', 'right'];

/** What became of the records. It is complete once all rows are taken. */
export interface LinkCounts {
  individuals: number;
  /** Pairs of records that share an individual: with two files, those of a left and a right record. */
  pairs: number;
  autoLinked: number;
}

/** The rows of the records, in parts as bytes; each is to be used before the next is taken. */
export function* linkRows(linked: LinkedFiles, counts: LinkCounts): Iterable<Uint8Array> {
  const { records, clusterOf } = linked;
  const beginnings = sourceNames.map((name) => `${name},`);
  const rows = new RowBytes().text('source,record_id,individual_id\n');
  for (let record = 0; record < records.count; record++) {
    if (clusterOf[record] === record) counts.individuals += 1;
    rows.text(beginnings[sourceOf(records, record)] ?? ',');
    writeId(rows, linked, record).text(',');
    writeIndividual(rows, linked, clusterOf[record] as number);
    if (rows.endRow()) yield rows.take();
  }
  yield rows.take();
}

/** The same of the rows of the pairs. */
export function* pairRows(linked: LinkedFiles, counts: LinkCounts): Iterable<Uint8Array> {
  const { records } = linked;
  const two = linked.sources > 1;
  const endings = new Map<number, string>();
  const rows = new RowBytes().text('left_id,right_id,probability,rule\n');
  for (const { first, second, scores, reasons } of linked.decided)
    for (let pair = 0; pair < first.length; pair++) {
      const one = first[pair] as number;
      const other = second[pair] as number;
      if (two && sourceOf(records, one) === sourceOf(records, other)) continue;
      const [score, reason] = [scores[pair] as number, reasons[pair] as number];
      counts.pairs += 1;
      if (reason === 0) counts.autoLinked += 1;
      writeId(rows, linked, one).text(',');
      writeId(rows, linked, other);
      const key = score * pairReasons.length + reason;
      let ending = endings.get(key);
      if (ending === undefined) {
        ending = `,${probabilityOf(score).toFixed(6)},${ruleOf(reason)}`;
        endings.set(key, ending);
      }
      rows.text(ending);
      if (rows.endRow()) yield rows.take();
    }
  yield rows.take();
}

/** @param reason a number of {@link pairReasons}. */
export function ruleOf(reason: number): string {
  const name = pairReasons[reason];
  return name === undefined ? 'auto-link' : `refer: ${name}`;
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
