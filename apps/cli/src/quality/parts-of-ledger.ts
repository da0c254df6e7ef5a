import { partsByScore } from '@kinledger/linkage-quality';
import { constraintsIn, linkageRecordsOf, type LedgerRecords } from './read-live-records.js';

/** How many parts of a ledger’s individuals scores alone hold together. */
export function partsOfLedger(ledger: LedgerRecords): number {
  const { records, definition } = ledger;
  const individuals = new Map(records.live().map(({ rowKey, individual }) => [rowKey, individual]));
  return partsByScore(linkageRecordsOf(ledger), constraintsIn(ledger), definition.strategy, (rowKey) =>
    individuals.get(rowKey),
  );
}
